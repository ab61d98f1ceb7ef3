-- The messages behind a feature of the risk score that is about what customers wrote (int_risk_moods), of who is at risk.
{% set tags = {
    "churn_intent_max_30d": ["churn_intent", 30],
    "churn_intent_max_120d": ["churn_intent", 120],
    "escalation_max_30d": ["escalation_request", 30],
    "complaint_max_30d": ["complaint", 30],
    "refund_max_30d": ["refund_request", 30],
    "negative_messages_30d": ["negative", 30],
    "sentiment_mean_30d": ["negative", 30],
    "sentiment_change": ["negative", 30],
} %}
with messages as (
    select
        messages.*,
        case when messages.sentiment = 'negative' then 1 end as negative
    from {{ ref('fct_messages') }} as messages
    inner join {{ ref('customer_health') }} as health
        on messages.customer_id = health.customer_id
    where
        health.band in ('yellow', 'red')
        and messages.speaker = 'customer'
        and messages.excluded_reason is null
        and messages.sent_at > {{ as_of() }} - {{ days(120) }}
        and messages.sent_at <= {{ as_of() }}
),

-- What is more likely meant than not, and in any case what the feature is: the greatest.
found as (
    {% for feature, (tag, window) in tags.items() %}
    select customer_id, '{{ feature }}' as feature, conversation_id, message_id, sent_at, cast({{ tag }} as double) as strength
    from (
        select *, max({{ tag }}) over (partition by customer_id) as greatest_tag
        from messages
        where sent_at > {{ as_of() }} - {{ days(window) }}
    ) as tagged
    where {{ tag }} >= 0.5 or {{ tag }} = greatest_tag
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select customer_id, feature, conversation_id, message_id, sent_at as happened_at, strength
from found
