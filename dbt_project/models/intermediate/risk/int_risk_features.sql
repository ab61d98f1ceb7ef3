{{ config(materialized="incremental", incremental_strategy="remember", on_schema_change="fail") }}
-- What the risk score looks at, as known at `as_of`. Unknown is NULL, not zero.
select
    spine.customer_id,
    spine.as_of,
    spine.is_month_start,
    spine.is_customer,
    {{ as_of() }} as worked_out_at,
    spine.segment,
    {{ minutes_between(
        'least(spine.created_at, purchases.first_subscribed_at, purchases.first_order_at, reached.first_contact_at)', 'spine.as_of'
    ) }} / 1440.0 as tenure_days,
    {% for count in [
        "contacts_30d", "contacts_prev_30d", "contacts_90d", "repeat_contacts_90d", "topics_90d", "billing_contacts_90d",
        "delivery_contacts_90d", "technical_contacts_90d", "slow_first_responses_90d"
    ] %}
    coalesce(contacts.{{ count }}, 0) as {{ count }},
    {% endfor %}
    contacts.first_response_share_90d,
    coalesce(waits.unresolved_conversations, 0) as unresolved_conversations,
    waits.oldest_unresolved_hours,
    waits.oldest_unanswered_hours,
    coalesce(waits.reopens_90d, 0) as reopens_90d,
    {{ minutes_between('reached.last_contact_at', 'spine.as_of') }} / 1440.0 as days_since_last_contact,
    moods.sentiment_mean_30d,
    moods.sentiment_mean_prev_90d,
    moods.sentiment_last,
    coalesce(moods.negative_messages_30d, 0) as negative_messages_30d,
    moods.churn_intent_max_30d,
    moods.churn_intent_max_120d,
    moods.escalation_request_max_30d as escalation_max_30d,
    moods.complaint_max_30d,
    moods.refund_request_max_30d as refund_max_30d,
    moods.days_silent_after_complaint,
    topics.top_topic_30d,
    topics.top_topic_contacts_30d,
    cast(surveys.csat_last_satisfied as bigint) as csat_last_satisfied,
    surveys.csat_share_180d,
    surveys.nps_last,
    surveys.nps_change,
    cast(surveys.ces_last_easy as bigint) as ces_last_easy,
    coalesce(visits.visits_30d, 0) as visits_30d,
    coalesce(visits.failed_searches_30d, 0) as failed_searches_30d,
    {{ minutes_between('purchases.last_order_at', 'spine.as_of') }} / 1440.0 as days_since_last_order,
    purchases.usual_order_gap_days,
    coalesce(purchases.orders_90d, 0) as orders_90d,
    purchases.order_amount_365d,
    coalesce(purchases.payment_failures_90d, 0) as payment_failures_90d,
    coalesce(purchases.active_subscriptions, 0) as active_subscriptions,
    purchases.amount_per_month,
    purchases.plan,
    coalesce(purchases.cancel_requested, false) as cancel_requested,
    {{ minutes_between('spine.as_of', 'purchases.renewal_at') }} / 1440.0 as days_to_renewal,
    -- Of the others in the account.
    accounts.contacts_30d - coalesce(contacts.contacts_30d, 0) as account_contacts_30d,
    accounts.negative_messages_30d - coalesce(moods.negative_messages_30d, 0) as account_negative_messages_30d,
    accounts.left_90d as account_left_90d
from {{ ref('int_risk_spine') }} as spine
{% for alias, model in {
    "contacts": "int_risk_contacts", "waits": "int_risk_waits", "reached": "int_risk_reached", "moods": "int_risk_moods",
    "topics": "int_risk_topics", "surveys": "int_risk_surveys", "visits": "int_risk_visits", "purchases": "int_risk_purchases"
}.items() %}
left join {{ ref(model) }} as {{ alias }}
    on spine.customer_id = {{ alias }}.customer_id and spine.as_of = {{ alias }}.as_of
{% endfor %}
left join {{ ref('int_risk_accounts') }} as accounts
    on spine.account_id = accounts.account_id and spine.as_of = accounts.as_of
