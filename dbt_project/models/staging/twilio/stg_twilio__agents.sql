with legs as (

    select * from {{ ref('base_twilio__legs') }}

),

clients as (

    select from_agent as agent_id, started_at, updated_at, loaded_at from legs where from_agent is not null
    union all
    select to_agent as agent_id, started_at, updated_at, loaded_at from legs where to_agent is not null

)

select
    ---------- ids
    'twilio' as source_system,
    agent_id as remote_id,
    max(updated_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    max(loaded_at) as loaded_at,

    ---------- text
    cast(null as varchar) as name,
    case when agent_id like '%@%' then agent_id end as email,
    cast(null as varchar) as team,
    'agent' as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    min(started_at) as active_from,
    cast(null as timestamp with time zone) as active_to
from clients
group by agent_id
