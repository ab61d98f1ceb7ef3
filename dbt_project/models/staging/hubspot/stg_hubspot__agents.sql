with owners as (

    select * from {{ source('raw_hubspot', 'owners') }}

),

teams as (

    select * from {{ ref('base_hubspot__teams') }} where nth = 1

),

bots as (

    select
        actor_id,
        max(actor_name) as name,
        min(created_at) as first_seen_at,
        max(loaded_at) as loaded_at
    from {{ ref('base_hubspot__thread_items') }}
    where actor_id like 'B-%'
    group by actor_id

),

everybody as (

    select
        owners.id,
        coalesce(nullif(trim(concat_ws(' ', owners.first_name, owners.last_name)), ''), owners.email) as name,
        lower(nullif(owners.email, '')) as email,
        teams.name as team,
        'agent' as role,
        {{ iso_or_milliseconds('owners.updated_at') }} as updated_at,
        {{ iso_or_milliseconds('owners.created_at') }} as active_from,
        case when owners.archived then {{ iso_or_milliseconds('owners.updated_at') }} end as active_to,
        {{ newest(['owners._loaded_at', 'teams.loaded_at']) }} as loaded_at
    from owners
    left join teams on owners.id = teams.owner_id

    union all

    select actor_id, name, null, null, 'bot', null, first_seen_at, null, loaded_at
    from bots

)

select
    ---------- ids
    'hubspot' as source_system,
    id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    email,
    team,
    role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    active_from,
    active_to
from everybody
