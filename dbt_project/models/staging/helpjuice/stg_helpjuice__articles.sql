with source as (

    select * from {{ source('raw_helpjuice', 'articles') }}

)

select
    ---------- ids
    'helpjuice' as source_system,
    cast(id as varchar) as remote_id,
    {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
    -- Nobody sees a draft.
    coalesce(declared_deleted, false) or not coalesce(published, is_published, true) as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- text
    nullif(trim(name), '') as title,
    url,
    cast(null as varchar) as locale,

    ---------- timestamps
    {{ to_timestamp_utc('created_at') }} as created_at,
    {{ to_timestamp_utc('updated_at') }} as updated_at
from source
