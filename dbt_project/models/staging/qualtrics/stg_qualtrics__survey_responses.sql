with named as (

    select
        *,
        response_id as remote_id,
        {{ to_timestamp_utc('recorded_date') }} as updated_at,
        coalesce(is_gone, false) as was_deleted,
        -- A session that nobody went on with is recorded after a while, unfinished.
        coalesce(finished = 1, false) as is_answered,
        -- The tool tells when a survey was opened; the sending time is its sender's to tell.
        coalesce(
            {{ to_timestamp_utc(json_text('values', 'sent_at')) }}, {{ to_timestamp_utc('start_date') }}
        ) as sent_at,
        coalesce({{ to_timestamp_utc('end_date') }}, {{ to_timestamp_utc('recorded_date') }}) as responded_at,
        {{ json_text('values', 'conversation_source') }} as conversation_source,
        {{ json_text('values', 'conversation_id') }} as conversation_id,
        {{ qualtrics_email() }} as email,
        cast(null as varchar) as phone
    from {{ source('raw_qualtrics', 'responses') }}
    -- 1 is a preview, 2 a test, 8 spam (and 9 a preview that looks like it): nobody answered.
    where coalesce(status, 0) not in (1, 2, 8, 9)

)

{{ survey_responses('qualtrics') }}
