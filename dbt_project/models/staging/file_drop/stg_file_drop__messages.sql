with source as (
    {{ file_drop_rows("messages", ["message_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('message_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('conversation_id') }} as conversation_remote_id,
        {{ to_timestamp_utc('sent_at') }} as sent_at,
        {{ clean_word('author_type') }} as author_type,
        {{ clean_text('author_id') }} as author_remote_id,
        coalesce({{ to_boolean('is_public') }}, true) as is_public,
        nullif(body, '') as body
    from source
)

select *
from renamed
