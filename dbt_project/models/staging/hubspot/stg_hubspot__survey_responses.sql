with source as (

    select * from {{ source('raw_hubspot', 'feedback_submissions') }}
    -- A custom survey that nobody declared measures nothing we know.
    where declared_survey_type is not null

),

ticket_rows as (

    {{ json_list_rows('source', 'ticket_ids', ['id']) }}

),

contact_rows as (

    {{ json_list_rows('source', 'contact_ids', ['id']) }}

)

select
    ---------- ids
    'hubspot' as source_system,
    source.id as remote_id,
    {{ epoch_to_timestamp('source.changed_ms / 1000.0') }} as remote_updated_at,
    coalesce(source.archived, false) as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    source._loaded_at as loaded_at,

    ---------- the answer; HubSpot tells of answers only, not when they were asked for
    source.declared_survey_type as survey_type,
    {{ to_double('source.hs_value') }} as score,
    source.declared_scale_min as scale_min,
    source.declared_scale_max as scale_max,
    cast(null as timestamp with time zone) as sent_at,
    {{ iso_or_milliseconds("coalesce(nullif(source.hs_submission_timestamp, ''), source.created_at)") }} as responded_at,

    ---------- references
    cast(null as varchar) as conversation_source_system,
    trim(ticket_rows.element, '"') as conversation_remote_id,
    coalesce(nullif(source.hs_contact_id, ''), trim(contact_rows.element, '"')) as contact_remote_id,
    cast(null as varchar) as agent_remote_id,

    ---------- text
    nullif(trim(source.hs_content), '') as comment
from source
left join ticket_rows on source.id = ticket_rows.id and ticket_rows.position = 1
left join contact_rows on source.id = contact_rows.id and contact_rows.position = 1
