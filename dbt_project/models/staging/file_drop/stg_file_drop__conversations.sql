with source as (
    {{ file_drop_rows("conversations", ["conversation_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('conversation_id') }} as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        coalesce(
            {{ to_boolean('is_deleted') }} or {{ clean_word('status') }} = 'deleted' or {{ clean_text('deleted_at') }} is not null, false
        ) as remote_was_deleted,
        {{ clean_text('merged_into_conversation_id') }} as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_word('channel') }} as channel,
        {{ to_timestamp_utc('opened_at') }} as opened_at,
        {{ clean_text('contact_id') }} as contact_remote_id,
        {{ clean_text('subject') }} as subject,
        {{ clean_status('status') }} as status,
        {{ clean_word('priority') }} as priority,
        {{ clean_text('team') }} as team,
        {{ clean_text('assignee_agent_id') }} as assignee_agent_remote_id,
        {{ clean_text('brand') }} as brand,
        {{ clean_text('schedule_id') }} as schedule_id,
        {{ valid_json('tags') }} as tags,
        {{ to_timestamp_utc('deleted_at') }} as deleted_at,
        coalesce({{ to_boolean('is_spam') }}, false) as is_spam,
        {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
    from source
)

select *
from renamed
