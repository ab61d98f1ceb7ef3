-- What a customer mostly came about in the 30 days before an instant.
with counted as (
    select
        conversations.customer_id,
        topics.as_of,
        topics.topic,
        count(*) as contacts
    from {{ ref('fct_conversations') }} as conversations
    inner join {{ ref('int_risk_conversation_topics') }} as topics
        on
            conversations.conversation_id = topics.conversation_id
            and conversations.opened_at <= topics.as_of
            and conversations.opened_at > topics.as_of - {{ days(30) }}
    where conversations.customer_id is not null and conversations.excluded_reason is null
    group by conversations.customer_id, topics.as_of, topics.topic
),

ranked as (
    select
        *,
        row_number() over (partition by customer_id, as_of order by contacts desc nulls last, topic) as place
    from counted
)

select customer_id, as_of, topic as top_topic_30d, contacts as top_topic_contacts_30d
from ranked
where place = 1
