with named as (

    select
        *,
        token as remote_id,
        {{ to_timestamp_utc('coalesce(submitted_at, landed_at)') }} as updated_at,
        false as was_deleted,
        response_type = 'completed' as is_answered,
        -- The form tool knows a survey once it is opened; the sending time is its sender's to tell.
        coalesce(
            {{ to_timestamp_utc(json_text('hidden', 'sent_at')) }}, {{ to_timestamp_utc('landed_at') }}
        ) as sent_at,
        {{ to_timestamp_utc('submitted_at') }} as responded_at,
        {{ json_text('hidden', 'conversation_source') }} as conversation_source,
        {{ json_text('hidden', 'conversation_id') }} as conversation_id,
        {{ json_text('hidden', 'email') }} as email,
        cast(null as varchar) as phone
    from {{ source('raw_survey', 'responses') }}

)

{{ survey_responses('survey') }}
