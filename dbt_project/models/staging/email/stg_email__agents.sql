with messages as (

    select * from {{ ref('base_email__messages') }}

)

select
    ---------- ids
    'email' as source_system,
    from_address as remote_id,
    max(sent_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    max(loaded_at) as loaded_at,

    ---------- text
    max_by(from_name, sent_at) filter (where from_name is not null) as name,
    from_address as email,
    cast(null as varchar) as team,
    'agent' as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    min(sent_at) as active_from,
    cast(null as timestamp with time zone) as active_to
from messages
where author_type = 'agent'
group by from_address
