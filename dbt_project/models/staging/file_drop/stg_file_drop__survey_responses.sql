with source as (
    {{ file_drop_rows("survey_responses", ["response_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('response_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_word('survey_type') }} as survey_type,
        {{ to_double('score') }} as score,
        {{ to_double('scale_min') }} as scale_min,
        {{ to_double('scale_max') }} as scale_max,
        {{ to_timestamp_utc('sent_at') }} as sent_at,
        {{ to_timestamp_utc('responded_at') }} as responded_at,
        cast(null as varchar) as conversation_source_system,
        {{ clean_text('conversation_id') }} as conversation_remote_id,
        {{ clean_text('contact_id') }} as contact_remote_id,
        {{ clean_text('agent_id') }} as agent_remote_id,
        nullif(comment, '') as comment
    from source
)

select *
from renamed
