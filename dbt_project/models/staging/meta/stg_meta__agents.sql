with accounts as (

    select * from {{ source('raw_meta', 'accounts') }}

)

select
    ---------- ids
    'meta' as source_system,
    id as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- text
    name,
    {{ null_columns("agents", ["email", "team"]) }},
    'agent' as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    {{ null_columns("agents", ["active_from", "active_to"]) }}
from accounts
