with agents as (

    select * from {{ source('raw_freshdesk', 'agents') }}

),

deletions as (

    select * from {{ source('raw_freshdesk', 'deletions') }} where kind = 'agents'

),

groups as (

    select * from {{ source('raw_freshdesk', 'groups') }}

),

members as (

    {{ json_list_rows('groups', 'agent_ids', ['id', 'name', '_loaded_at']) }}

),

-- An agent of several groups counts to the oldest one.
teams as (

    select
        {{ to_bigint('element') }} as agent_id,
        min_by(name, id) as team
    from members
    group by {{ to_bigint('element') }}

),

-- Whose member an agent is no more decides as well.
last_groups as (

    select max(_loaded_at) as loaded_at from groups

)

select
    ---------- ids
    'freshdesk' as source_system,
    cast(agents.id as varchar) as remote_id,
    {{ to_timestamp_utc('agents.updated_at') }} as remote_updated_at,
    coalesce(deletions.gone, false) as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['agents._loaded_at', 'deletions._loaded_at', 'last_groups.loaded_at']) }} as loaded_at,

    ---------- text
    {{ json_text('agents.contact', 'name') }} as name,
    {{ json_text('agents.contact', 'email') }} as email,
    teams.team,
    case when agents.type = 'collaborator' then 'light' else 'agent' end as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    {{ to_timestamp_utc('agents.created_at') }} as active_from,
    case when agents.deactivated then {{ to_timestamp_utc('agents.updated_at') }} end as active_to
from agents
left join deletions on agents.id = deletions.id
left join teams on agents.id = teams.agent_id
cross join last_groups
