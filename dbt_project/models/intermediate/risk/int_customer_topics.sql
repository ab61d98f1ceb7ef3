-- What a customer mostly wrote about in the last 30 days, and the conversations to read first.
with recent as (
    select *
    from {{ ref('fct_conversations') }}
    where
        customer_id is not null
        and excluded_reason is null
        and (opened_at > {{ as_of() }} - {{ days(30) }} or not is_solved)
),

topics as (
    select
        customer_id,
        topic,
        count(*) as contacts,
        row_number() over (partition by customer_id order by count(*) desc nulls last, topic) as place
    from recent
    where topic is not null and opened_at > {{ as_of() }} - {{ days(30) }}
    group by customer_id, topic
),

-- Waiting ones first, then the unhappiest, then the newest.
evidence as (
    select
        customer_id,
        conversation_id,
        row_number() over (
            partition by customer_id
            order by is_solved, sentiment_score nulls last, opened_at desc nulls last, conversation_id
        ) as place
    from recent
),

listed as (
    select customer_id, {{ json_list_agg('conversation_id', 'place') }} as evidence_conversation_ids
    from evidence
    where place <= 5
    group by customer_id
)

select
    listed.customer_id,
    topics.topic as top_topic_30d,
    topics.contacts as top_topic_contacts_30d,
    listed.evidence_conversation_ids
from listed
left join topics
    on listed.customer_id = topics.customer_id and topics.place = 1
