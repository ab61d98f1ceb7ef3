-- Conversations that were open at an instant, and those that were opened again before it.
with spans as (
    select
        spans.customer_id,
        spans.conversation_id,
        spans.started_at,
        spans.ended_at,
        spans.is_solved,
        spans.was_solved,
        conversations.opened_at,
        conversations.first_response_at
    from {{ ref('fct_status_spans') }} as spans
    inner join {{ ref('fct_conversations') }} as conversations
        on spans.conversation_id = conversations.conversation_id
    where spans.customer_id is not null and spans.excluded_reason is null and not spans.is_solved
),

seen as (
    select
        spans.*,
        instants.as_of,
        spans.ended_at is null or spans.ended_at > instants.as_of as is_open,
        spans.first_response_at is null or spans.first_response_at > instants.as_of as is_unanswered
    from spans
    inner join {{ ref('int_risk_instants') }} as instants
        on spans.started_at <= instants.as_of
    where spans.ended_at is null or spans.ended_at > instants.as_of or spans.started_at > instants.as_of - {{ days(90) }}
)

select
    customer_id,
    as_of,
    count(*) filter (where is_open) as unresolved_conversations,
    {{ minutes_between('min(opened_at) filter (where is_open)', 'as_of') }} / 60.0 as oldest_unresolved_hours,
    {{ minutes_between('min(opened_at) filter (where is_open and is_unanswered)', 'as_of') }} / 60.0 as oldest_unanswered_hours,
    count(*) filter (where was_solved and started_at > as_of - {{ days(90) }}) as reopens_90d
from seen
group by customer_id, as_of
