-- How often customers came, about what, and how soon they were answered, by instant.
{% set since_opened = "opened_at > as_of - " %}
{% set groups = {
    "billing": ["billing_payment", "refund_return", "pricing_plan"],
    "delivery": ["shipping_delivery", "order_change"],
    "technical": ["technical_problem", "outage", "account_access"],
} %}
with seen as (
    select
        conversations.customer_id,
        instants.as_of,
        topics.topic,
        conversations.opened_at,
        conversations.is_customer_opened,
        conversations.first_response_minutes,
        conversations.first_response_target_minutes,
        conversations.first_response_at <= instants.as_of as is_answered,
        lag(conversations.opened_at) over (
            partition by conversations.customer_id, instants.as_of, topics.topic
            order by conversations.opened_at, conversations.conversation_id
        ) as came_before_at
    from {{ ref('fct_conversations') }} as conversations
    inner join {{ ref('int_risk_instants') }} as instants
        on
            conversations.opened_at <= instants.as_of
            and conversations.opened_at > instants.as_of - {{ days(90) }}
    left join {{ ref('int_risk_conversation_topics') }} as topics
        on conversations.conversation_id = topics.conversation_id and instants.as_of = topics.as_of
    where conversations.customer_id is not null and conversations.excluded_reason is null
)

select
    customer_id,
    as_of,
    count(*) filter (where is_customer_opened and {{ since_opened ~ days(30) }}) as contacts_30d,
    count(*) filter (
        where is_customer_opened and {{ since_opened ~ days(60) }} and opened_at <= as_of - {{ days(30) }}
    ) as contacts_prev_30d,
    count(*) filter (where is_customer_opened) as contacts_90d,
    -- The same topic again within two weeks.
    count(*) filter (where is_customer_opened and came_before_at > opened_at - {{ days(14) }}) as repeat_contacts_90d,
    count(distinct topic) as topics_90d,
    {% for group, topics in groups.items() %}
    count(*) filter (where is_customer_opened and topic in ({{ quoted(topics) }})) as {{ group }}_contacts_90d,
    {% endfor %}
    count(*) filter (
        where is_answered and first_response_minutes >= first_response_target_minutes
    ) as slow_first_responses_90d,
    {{ exact_avg(
        'first_response_minutes / nullif(first_response_target_minutes, 0)', 'is_answered'
    ) }} as first_response_share_90d
from seen
group by customer_id, as_of
