with source as (

    select
        *,
        coalesce({{ to_bigint(json_text('ratings', 'default_question')) }}, rating) as answer
    from {{ source('raw_freshdesk', 'satisfaction_ratings') }}

),

scales as (

    select * from {{ ref('base_freshdesk__survey_scales') }}

),

-- A scale that is no more decides as well.
last_surveys as (

    select max(_loaded_at) as loaded_at from {{ source('raw_freshdesk', 'surveys') }}

)

select
    ---------- ids
    'freshdesk' as source_system,
    cast(source.id as varchar) as remote_id,
    {{ to_timestamp_utc('source.updated_at') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['source._loaded_at', 'last_surveys.loaded_at']) }} as loaded_at,

    ---------- the answer: above 0 is happy, 0 neutral, below 0 unhappy
    'csat' as survey_type,
    cast({{ freshdesk_rating('source.answer') }} as double) as score,
    -- Answers 1 to 3 are those of the classic survey, which has no stronger ones.
    cast(case when source.answer between 1 and 3 then -1 else coalesce(scales.lowest, -3) end as double) as scale_min,
    cast(case when source.answer between 1 and 3 then 1 else coalesce(scales.highest, 3) end as double) as scale_max,
    -- Freshdesk lists answers only, not whom it asked and when.
    cast(null as timestamp with time zone) as sent_at,
    {{ to_timestamp_utc('source.created_at') }} as responded_at,
    cast(null as varchar) as conversation_source_system,
    cast(source.ticket_id as varchar) as conversation_remote_id,
    cast(source.user_id as varchar) as contact_remote_id,
    cast(source.agent_id as varchar) as agent_remote_id,
    nullif(trim(source.feedback), '') as comment
from source
left join scales on source.survey_id = scales.survey_id
cross join last_surveys
