-- The conversations behind a feature of the risk score: the same window and exclusions as the feature's own
-- (intermediate/risk), of who is at risk. `strength` says which of them to read first.
{% set recent = "opened_at > " ~ as_of() ~ " - " ~ days(30) %}
{% set quarter = "opened_at > " ~ as_of() ~ " - " ~ days(90) %}
{% set age = minutes_between('opened_at', as_of()) %}
{% set of_conversations = {
    "contacts_30d": ["is_customer_opened and " ~ recent, "1", "0"],
    "contacts_growth": ["is_customer_opened and " ~ recent, "1", "0"],
    "contacts_90d": ["is_customer_opened and " ~ quarter, "1", "0"],
    "top_topic_contacts_30d": ["topic = top_topic_30d and " ~ recent, "1", "0"],
    "top_topic_30d": ["topic = top_topic_30d and " ~ recent, "1", "0"],
    "unresolved_conversations": ["not is_solved", "1", age],
    "oldest_unresolved_hours": ["not is_solved", "1", age],
    "reopens_90d": ["reopens > 0 and " ~ quarter, "reopens", "reopens"],
    "slow_first_responses_90d": [
        "first_response_minutes >= first_response_target_minutes and " ~ quarter, "1", "first_response_minutes"
    ],
} %}
{% set of_messages = {
    "churn_intent_max_30d": "churn_intent",
    "escalation_max_30d": "escalation_request",
    "complaint_max_30d": "complaint",
    "refund_max_30d": "refund_request",
    "negative_messages_30d": "negative",
    "sentiment_mean_30d": "negative",
    "sentiment_change": "negative",
} %}
with at_risk as (
    select health.customer_id, features.top_topic_30d
    from {{ ref('customer_health') }} as health
    left join {{ ref('int_customer_features') }} as features
        on health.customer_id = features.customer_id and health.as_of = features.as_of
    where health.band in ('yellow', 'red')
),

conversations as (
    select conversations.*, at_risk.top_topic_30d
    from {{ ref('fct_conversations') }} as conversations
    inner join at_risk
        on conversations.customer_id = at_risk.customer_id
    where conversations.excluded_reason is null and conversations.opened_at <= {{ as_of() }}
),

waiting as (
    select conversations.conversation_id, {{ minutes_between('max(turns.asked_at)', as_of()) }} / 60 as hours
    from conversations
    inner join {{ ref('fct_responses') }} as turns
        on conversations.conversation_id = turns.conversation_id
    where turns.answered_at is null and not conversations.is_solved
    group by conversations.conversation_id
),

messages as (
    select
        messages.*,
        case when messages.sentiment = 'negative' then 1 end as negative
    from {{ ref('fct_messages') }} as messages
    inner join at_risk
        on messages.customer_id = at_risk.customer_id
    where
        messages.speaker = 'customer'
        and messages.tagger_version is not null
        and messages.excluded_reason is null
        and messages.sent_at > {{ as_of() }} - {{ days(30) }}
        and messages.sent_at <= {{ as_of() }}
),

found as (
    {% for feature, (condition, items, strength) in of_conversations.items() %}
    select
        customer_id, '{{ feature }}' as feature, conversation_id, opened_at as happened_at, {{ items }} as items,
        cast({{ strength }} as double) as strength
    from conversations where {{ condition }}
    union all
    {% endfor %}
    {% for feature, tag in of_messages.items() %}
    -- What is more likely meant than not, and in any case what the feature is: the greatest.
    select customer_id, '{{ feature }}', conversation_id, sent_at, 1, cast({{ tag }} as double)
    from (select *, max({{ tag }}) over (partition by customer_id) as greatest_tag from messages) as tagged
    where {{ tag }} >= 0.5 or {{ tag }} = greatest_tag
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    found.customer_id,
    found.feature,
    found.conversation_id,
    min(found.happened_at) as first_at,
    max(found.happened_at) as last_at,
    cast(sum(found.items) as bigint) as items,
    max(found.strength) as strength,
    max(waiting.hours) as waits_for_hours
from found
left join waiting
    on found.conversation_id = waiting.conversation_id
group by found.customer_id, found.feature, found.conversation_id
