-- What customers' messages said in the four months before an instant.
{% set recent = "sent_at > as_of - " ~ days(30) %}
with messages as (
    select
        messages.*,
        instants.as_of
    from {{ ref('fct_messages') }} as messages
    inner join {{ ref('int_risk_instants') }} as instants
        on
            messages.sent_at <= instants.as_of
            and messages.sent_at > instants.as_of - {{ days(120) }}
    where
        messages.speaker = 'customer'
        and messages.customer_id is not null
        and messages.excluded_reason is null
),

added as (
    select
        customer_id,
        as_of,
        {{ exact_avg('sentiment_score', recent) }} as sentiment_mean_30d,
        {{ exact_avg('sentiment_score', 'not ' ~ recent) }} as sentiment_mean_prev_90d,
        {{ latest('sentiment_score', 'sent_at', 'message_id') }} filter (where sentiment_score is not null) as sentiment_last,
        count(*) filter (where sentiment = 'negative' and {{ recent }}) as negative_messages_30d,
        {% for tag in ["churn_intent", "escalation_request", "complaint", "refund_request"] %}
        max({{ tag }}) filter (where {{ recent }}) as {{ tag }}_max_30d,
        {% endfor %}
        max(churn_intent) as churn_intent_max_120d,
        max(sent_at) as last_message_at,
        max(sent_at) filter (where complaint >= 0.5) as last_complaint_at
    from messages
    group by customer_id, as_of
)

select
    *,
    -- Silence after a complaint: nothing came after it.
    case when last_complaint_at = last_message_at then {{ minutes_between('last_complaint_at', 'as_of') }} / 1440.0 end
        as days_silent_after_complaint
from added
