with source as (

    select
        *,
        {{ to_timestamp_utc('user_modified_at') }} as modified_at,
        -- Google puts title and text into one, with a tab between.
        strpos(text, chr(9)) as tab
    from {{ source('raw_google_play', 'reviews') }}

)

select
    ---------- ids
    review_id,
    package_name as app_id,
    'reply-' || review_id as response_id,

    ---------- text
    case when tab > 1 then trim(substr(text, 1, tab - 1)) end as title,
    trim(substr(text, tab + 1)) as body,
    author_name,
    reply as response,
    lower(substr(reviewer_language, 1, 2)) as language,

    ---------- booleans and numbers
    star_rating as rating,
    coalesce(deleted, false) as is_deleted,

    ---------- timestamps
    {{ to_timestamp_utc('opened_at') }} as created_at,
    modified_at,
    {{ to_timestamp_utc('reply_modified_at') }} as responded_at,
    _loaded_at as loaded_at
from source
