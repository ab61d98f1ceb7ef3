with source as (

    select *, split_part(lower(score), '_', 1) as verdict
    from {{ source('raw_zendesk', 'satisfaction_ratings') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        cast(id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- the answer: good or bad, on a scale of 0 to 1
        'csat' as survey_type,
        case verdict when 'good' then 1.0 when 'bad' then 0.0 end as score,
        0.0 as scale_min,
        1.0 as scale_max,
        {{ to_timestamp_utc('created_at') }} as sent_at,
        case when verdict in ('good', 'bad') then {{ to_timestamp_utc('updated_at') }} end as responded_at,
        cast(null as varchar) as conversation_source_system,
        cast(ticket_id as varchar) as conversation_remote_id,
        cast(requester_id as varchar) as contact_remote_id,
        cast(assignee_id as varchar) as agent_remote_id,
        comment
    from source
    where verdict <> 'unoffered'

)

select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted,
    merged_into_remote_id,
    loaded_at,
    survey_type,
    cast(score as double) as score,
    cast(scale_min as double) as scale_min,
    cast(scale_max as double) as scale_max,
    sent_at,
    responded_at,
    conversation_source_system,
    conversation_remote_id,
    contact_remote_id,
    agent_remote_id,
    comment
from renamed
