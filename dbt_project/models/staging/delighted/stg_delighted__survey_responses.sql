with named as (

    select
        responses.* exclude (sent_at, updated_at),
        id as remote_id,
        {{ to_timestamp_utc('declared_updated_at') }} as updated_at,
        false as was_deleted,
        declared_score is not null as is_answered,
        coalesce({{ to_timestamp_utc('declared_sent_at') }}, {{ to_timestamp_utc('declared_created_at') }}) as sent_at,
        {{ to_timestamp_utc('declared_created_at') }} as responded_at,
        {{ json_text('properties', 'conversation_source') }} as conversation_source,
        {{ json_text('properties', 'conversation_id') }} as conversation_id
    from {{ source('raw_delighted', 'responses') }} as responses

)

{{ survey_responses('delighted') }}
