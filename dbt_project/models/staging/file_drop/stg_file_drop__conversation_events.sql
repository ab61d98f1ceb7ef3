with source as (
    {{ file_drop_rows("conversation_events", ["event_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('event_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('conversation_id') }} as conversation_remote_id,
        {{ to_timestamp_utc('occurred_at') }} as occurred_at,
        {{ clean_word('event_type') }} as event_type,
        case when {{ clean_word('event_type') }} = 'status' then {{ clean_status('old_value') }} else {{ clean_text('old_value') }} end as old_value,
        case when {{ clean_word('event_type') }} = 'status' then {{ clean_status('new_value') }} else {{ clean_text('new_value') }} end as new_value,
        {{ clean_word('actor_type') }} as actor_type,
        {{ clean_text('actor_id') }} as actor_remote_id
    from source
)

select *
from renamed
