with source as (
    {{ file_drop_rows("articles", ["article_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('article_id') }} as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('title') }} as title,
        {{ clean_text('url') }} as url,
        {{ clean_text('locale') }} as locale,
        {{ to_timestamp_utc('created_at') }} as created_at,
        {{ to_timestamp_utc('updated_at') }} as updated_at
    from source
)

select *
from renamed
