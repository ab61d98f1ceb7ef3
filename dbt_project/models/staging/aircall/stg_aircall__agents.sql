with users as (

    select * from {{ source('raw_aircall', 'users') }}

),

groups as (

    select * from {{ source('raw_aircall', 'teams') }}

),

members as (

    {{ json_list_rows('groups', 'users', ['id', 'name']) }}

),

-- A user of several teams counts to the oldest one.
teams as (

    select
        {{ json_text('element', 'id') }} as user_id,
        min_by(name, id) as team
    from members
    group by {{ json_text('element', 'id') }}

),

-- Whose member a user is no more decides as well.
last_groups as (

    select max(_loaded_at) as loaded_at from groups

)

select
    ---------- ids
    'aircall' as source_system,
    cast(users.id as varchar) as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['users._loaded_at', 'last_groups.loaded_at']) }} as loaded_at,

    ---------- text
    users.name,
    users.email,
    teams.team,
    'agent' as role,
    users.time_zone,

    ---------- timestamps
    {{ to_timestamp_utc('users.created_at') }} as active_from,
    cast(null as timestamp with time zone) as active_to
from users
left join teams on cast(users.id as varchar) = teams.user_id
cross join last_groups
