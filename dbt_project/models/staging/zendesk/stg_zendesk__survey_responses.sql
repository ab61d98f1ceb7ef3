with responses as (

    select * from {{ ref('base_zendesk__survey_responses') }}

),

answered as (

    select ticket_id, min(responded_at) as responded_at, max(loaded_at) as loaded_at
    from responses
    group by ticket_id

),

ratings as (

    select
        ratings.*,
        split_part(lower(ratings.score), '_', 1) as verdict,
        {{ newest(['ratings._loaded_at', 'answered.loaded_at']) }} as loaded_at
    from {{ source('raw_zendesk', 'satisfaction_ratings') }} as ratings
    left join answered on cast(ratings.ticket_id as varchar) = answered.ticket_id
    -- Zendesk tells a response to a newer survey as a good or bad rating as well: that one is left out.
    where answered.responded_at is null
        or {{ to_timestamp_utc('ratings.updated_at') }} < answered.responded_at - interval 1 minute

),

given as (

    -- Good or bad, on a scale of 0 to 1.
    select
        cast(id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        loaded_at,
        case verdict when 'good' then 1.0 when 'bad' then 0.0 end as score,
        0.0 as scale_min,
        1.0 as scale_max,
        {{ to_timestamp_utc('created_at') }} as sent_at,
        case when verdict in ('good', 'bad') then {{ to_timestamp_utc('updated_at') }} end as responded_at,
        cast(ticket_id as varchar) as ticket_id,
        cast(requester_id as varchar) as contact_id,
        cast(assignee_id as varchar) as agent_id,
        comment
    from ratings
    where verdict <> 'unoffered'

    union all

    select
        responses.response_id,
        coalesce(responses.responded_at, responses.sent_at),
        {{ newest(['responses.loaded_at', 'tickets._loaded_at']) }},
        responses.score,
        responses.scale_min,
        responses.scale_max,
        responses.sent_at,
        responses.responded_at,
        responses.ticket_id,
        coalesce(responses.responder_id, cast(tickets.requester_id as varchar)),
        cast(tickets.assignee_id as varchar),
        responses.comment
    from responses
    left join {{ source('raw_zendesk', 'tickets') }} as tickets on responses.ticket_id = cast(tickets.id as varchar)

    union all

    select * from {{ ref('base_zendesk__chat_ratings') }}

)

select
    ---------- ids
    'zendesk' as source_system,
    remote_id,
    remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- the answer
    'csat' as survey_type,
    cast(score as double) as score,
    cast(scale_min as double) as scale_min,
    cast(scale_max as double) as scale_max,
    sent_at,
    responded_at,
    cast(null as varchar) as conversation_source_system,
    ticket_id as conversation_remote_id,
    contact_id as contact_remote_id,
    agent_id as agent_remote_id,
    comment
from given
