with source as (

    select * from {{ source('raw_survey', 'responses') }}

),

named as (

    select
        *,
        response_type = 'completed' as is_completed,
        nullif({{ json_text('hidden', 'conversation_source') }}, '') as conversation_source,
        nullif({{ json_text('hidden', 'conversation_id') }}, '') as conversation_id
    from source

),

renamed as (

    select
        ---------- ids
        'survey' as source_system,
        token as remote_id,
        {{ to_timestamp_utc('coalesce(submitted_at, landed_at)') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- numerics
        declared_survey_type as survey_type,
        -- What was picked but never submitted is no answer.
        case when is_completed then declared_score end as score,
        declared_scale_min as scale_min,
        declared_scale_max as scale_max,

        ---------- timestamps
        -- The form tool knows a survey once it is opened; the sending time is its sender's to tell.
        coalesce(
            {{ to_timestamp_utc(json_text('hidden', 'sent_at')) }}, {{ to_timestamp_utc('landed_at') }}
        ) as sent_at,
        case when is_completed then {{ to_timestamp_utc('submitted_at') }} end as responded_at,

        ---------- references
        conversation_source as conversation_source_system,
        -- An id without its system would point into this one, which has no conversations.
        case when conversation_source is not null then conversation_id end as conversation_remote_id,
        nullif(lower(trim({{ json_text('hidden', 'email') }})), '') as contact_remote_id,
        cast(null as varchar) as agent_remote_id,

        ---------- text
        case when is_completed then nullif(trim(declared_comment), '') end as comment
    from named

)

select * from renamed
