with flagged as (
    select
        topic,
        metric_date,
        incident_id,
        min(metric_date) over (partition by incident_id) as incident_first_date,
        max(metric_date) over (partition by incident_id) as incident_last_date
    from {{ ref('kpi_topics_trending') }}
    where is_trending
)

select
    conversations.conversation_id,
    flagged.incident_id,
    flagged.topic,
    flagged.metric_date,
    flagged.incident_first_date,
    flagged.incident_last_date,
    flagged.incident_last_date = {{ last_complete_date() }} as is_ongoing,
    conversations.customer_id,
    conversations.account_id,
    conversations.segment,
    conversations.channel,
    conversations.opened_at,
    not conversations.is_solved as is_unsolved,
    -- Without a customer nobody knows whether two conversations are one person's.
    row_number() over (
        partition by flagged.incident_id, coalesce(conversations.customer_id, conversations.conversation_id)
        order by conversations.opened_at, conversations.conversation_id
    ) = 1 as is_first_of_customer
from flagged
inner join {{ ref('int_conversation_topics') }} as topics
    on
        flagged.topic = topics.topic
        and flagged.metric_date = {{ metric_date('topics.opened_at') }}
inner join {{ ref('fct_conversations') }} as conversations
    on topics.conversation_id = conversations.conversation_id
order by flagged.metric_date, flagged.topic, conversations.opened_at, conversations.conversation_id
