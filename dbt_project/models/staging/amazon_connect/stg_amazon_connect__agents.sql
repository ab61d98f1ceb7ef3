with source as (

    select * from {{ source('raw_amazon_connect', 'users') }}

)

select
    ---------- ids
    'amazon_connect' as source_system,
    id as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- text
    nullif(trim(concat_ws(
        ' ', {{ json_text('identity_info', 'FirstName') }}, {{ json_text('identity_info', 'LastName') }}
    )), '') as name,
    -- Where people sign in through the company's own directory, this is their address.
    case when username like '%@%' then lower(username) end as email,
    cast(null as varchar) as team,
    'agent' as role,
    {{ null_columns("agents", ["time_zone", "active_from", "active_to"]) }}
from source
