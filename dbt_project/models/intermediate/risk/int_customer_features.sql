-- What the risk score looks at, using only what was known at `as_of`. Unknown is NULL, not zero.
with surveys as (
    select
        customer_id,
        max_by(cast(is_satisfied as integer), answered_at) filter (where is_satisfied is not null) as csat_last_satisfied,
        max_by(score, answered_at) filter (where survey_type = 'nps' and is_response) as nps_last
    from {{ ref('fct_survey_responses') }}
    where customer_id is not null
    group by customer_id
),

contacts as (
    select customer_id, max(contact_at) as last_contact_at
    from {{ ref('int_customer_contacts') }}
    group by customer_id
)

select
    customers.customer_id,
    {{ as_of() }} as as_of,
    {{ minutes_between(
        'least(customers.created_at, purchases.first_bought_at, talks.first_contact_at)', as_of()
    ) }} / 1440.0 as tenure_days,
    {% for count in ["contacts_30d", "contacts_prev_30d", "contacts_90d", "unresolved_conversations"] %}
    coalesce(talks.{{ count }}, 0) as {{ count }},
    {% endfor %}
    talks.oldest_unresolved_hours,
    talks.sentiment_mean_30d,
    talks.sentiment_mean_prev_90d,
    coalesce(talks.negative_messages_30d, 0) as negative_messages_30d,
    talks.churn_intent_max_30d,
    talks.escalation_request_max_30d as escalation_max_30d,
    talks.complaint_max_30d,
    talks.refund_request_max_30d as refund_max_30d,
    cast(coalesce(talks.reopens_90d, 0) as bigint) as reopens_90d,
    cast(surveys.csat_last_satisfied as bigint) as csat_last_satisfied,
    surveys.nps_last,
    {{ minutes_between('contacts.last_contact_at', as_of()) }} / 1440.0 as days_since_last_contact,
    {{ minutes_between('purchases.last_order_at', as_of()) }} / 1440.0 as days_since_last_order,
    purchases.usual_order_gap_days,
    coalesce(purchases.orders_90d, 0) as orders_90d,
    coalesce(purchases.payment_failures_90d, 0) as payment_failures_90d,
    coalesce(purchases.active_subscriptions, 0) as active_subscriptions,
    purchases.amount_per_month,
    coalesce(purchases.cancel_requested, false) as cancel_requested,
    {{ minutes_between(as_of(), 'purchases.renewal_at') }} / 1440.0 as days_to_renewal,
    coalesce(talks.slow_first_responses_90d, 0) as slow_first_responses_90d,
    topics.top_topic_30d,
    topics.top_topic_contacts_30d,
    coalesce(topics.evidence_conversation_ids, '[]') as evidence_conversation_ids
from {{ ref('int_customers') }} as customers
left join {{ ref('int_customer_conversations') }} as talks
    on customers.customer_id = talks.customer_id
left join {{ ref('int_customer_value') }} as purchases
    on customers.customer_id = purchases.customer_id
left join surveys
    on customers.customer_id = surveys.customer_id
left join contacts
    on customers.customer_id = contacts.customer_id
left join {{ ref('int_customer_topics') }} as topics
    on customers.customer_id = topics.customer_id
