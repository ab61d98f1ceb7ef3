with source as (
    {{ file_drop_rows("calls", ["call_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('call_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('conversation_id') }} as conversation_remote_id,
        coalesce({{ clean_word('direction') }}, 'inbound') as direction,
        {{ to_timestamp_utc('ring_at') }} as ring_at,
        {{ to_timestamp_utc('answered_at') }} as answered_at,
        {{ to_timestamp_utc('ended_at') }} as ended_at,
        {{ to_double('talk_seconds') }} as talk_seconds,
        {{ to_double('hold_seconds') }} as hold_seconds,
        {{ to_double('wrap_seconds') }} as wrap_seconds,
        coalesce({{ clean_word('outcome') }}, case when {{ clean_text('answered_at') }} is null then 'missed' else 'answered' end) as outcome,
        nullif(transcript, '') as transcript
    from source
)

select *
from renamed
