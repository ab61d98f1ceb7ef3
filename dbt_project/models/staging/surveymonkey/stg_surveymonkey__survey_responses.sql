with named as (

    select
        *,
        id as remote_id,
        {{ to_timestamp_utc('date_modified') }} as updated_at,
        coalesce(is_gone, false) as was_deleted,
        coalesce(response_status = 'completed', false) as is_answered,
        -- The tool tells when a survey was opened; the sending time is its sender's to tell.
        coalesce(
            {{ to_timestamp_utc(json_text('custom_variables', 'sent_at')) }},
            {{ to_timestamp_utc('date_created') }}
        ) as sent_at,
        {{ to_timestamp_utc('date_modified') }} as responded_at,
        {{ json_text('custom_variables', 'conversation_source') }} as conversation_source,
        {{ json_text('custom_variables', 'conversation_id') }} as conversation_id,
        {{ surveymonkey_email() }} as email,
        cast(null as varchar) as phone
    from {{ source('raw_surveymonkey', 'responses') }}
    -- Whoever tries a survey out answers nothing.
    where coalesce(collection_mode, '') not in ('preview', 'survey_preview')

)

{{ survey_responses('surveymonkey') }}
