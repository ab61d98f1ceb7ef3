with source as (

    select * from {{ source('raw_app_store', 'reviews') }}

)

select
    ---------- ids
    id as review_id,
    app_id,
    {{ json_text('response', 'id') }} as response_id,

    ---------- text
    title,
    body,
    reviewer_nickname as author_name,
    {{ json_text('response', 'responseBody') }} as response,
    cast(null as varchar) as language,

    ---------- booleans and numbers
    rating,
    coalesce(deleted, false) as is_deleted,

    ---------- timestamps
    {{ to_timestamp_utc('created_date') }} as created_at,
    cast(null as timestamp with time zone) as modified_at,
    {{ to_timestamp_utc(json_text('response', 'lastModifiedDate')) }} as responded_at,
    _loaded_at as loaded_at
from source
