with users as (

    select * from {{ source('raw_drift', 'users') }}

),

speakers as (

    select
        author_id,
        -- Who ever speaks as a person is one.
        min(author_type) as author_type,
        min(created_at) as first_seen_at,
        max(created_at) as last_seen_at,
        max(loaded_at) as loaded_at
    from {{ ref('base_drift__messages') }}
    where author_type in ('agent', 'bot') and author_id is not null
    group by author_id

)

select
    ---------- ids
    'drift' as source_system,
    coalesce(users.id, speakers.author_id) as remote_id,
    {{ epoch_to_timestamp('users.updated_at / 1000.0') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['users._loaded_at', 'speakers.loaded_at']) }} as loaded_at,

    ---------- text
    coalesce(nullif(users.name, ''), nullif(users.alias, '')) as name,
    lower(nullif(users.email, '')) as email,
    cast(null as varchar) as team,
    case when users.bot or (users.bot is null and speakers.author_type = 'bot') then 'bot' else 'agent' end as role,
    nullif(users.time_zone, '') as time_zone,

    ---------- timestamps
    coalesce({{ epoch_to_timestamp('users.created_at / 1000.0') }}, speakers.first_seen_at) as active_from,
    case when users.id is null then speakers.last_seen_at end as active_to
from users
full outer join speakers on users.id = speakers.author_id
