-- The conversations behind a feature of the risk score: the same window and exclusions as the feature's own
-- (intermediate/risk), of who is at risk. `strength` says which of them to read first.
{% set age = minutes_between('opened_at', as_of()) %}
{% set open = "(ended_at is null or ended_at > " ~ as_of() ~ ")" %}
{% set features = {
    "contacts_30d": ["contacts", "is_customer_opened and is_recent", "0"],
    "contacts_growth": ["contacts", "is_customer_opened and is_recent", "0"],
    "contacts_90d": ["contacts", "is_customer_opened", "0"],
    "top_topic_contacts_30d": ["contacts", "topic = top_topic_30d and is_recent", "0"],
    "top_topic_30d": ["contacts", "topic = top_topic_30d and is_recent", "0"],
    "repeat_contacts_90d": ["contacts", "is_customer_opened and came_before_at > opened_at - " ~ days(14), "0"],
    "slow_first_responses_90d": [
        "contacts",
        "first_response_at <= " ~ as_of() ~ " and first_response_minutes >= first_response_target_minutes",
        "first_response_minutes",
    ],
    "unresolved_conversations": ["spans", open, age],
    "oldest_unresolved_hours": ["spans", open, age],
    "oldest_unanswered_hours": ["spans", open ~ " and coalesce(first_response_at > " ~ as_of() ~ ", true)", age],
    "reopens_90d": ["spans", "was_solved and happened_at > " ~ as_of() ~ " - " ~ days(90), "0"],
} %}
with at_risk as (
    select health.customer_id, features.top_topic_30d
    from {{ ref('customer_health') }} as health
    left join {{ ref('int_risk_features') }} as features
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

contacts as (
    select
        conversations.* exclude (topic),
        topics.topic,
        conversations.opened_at as happened_at,
        conversations.opened_at > {{ as_of() }} - {{ days(30) }} as is_recent,
        lag(conversations.opened_at) over (
            partition by conversations.customer_id, topics.topic
            order by conversations.opened_at, conversations.conversation_id
        ) as came_before_at
    from conversations
    left join {{ ref('int_risk_conversation_topics') }} as topics
        on conversations.conversation_id = topics.conversation_id and topics.as_of = {{ as_of() }}
    where conversations.opened_at > {{ as_of() }} - {{ days(90) }}
),

spans as (
    select
        conversations.customer_id,
        conversations.conversation_id,
        conversations.opened_at,
        conversations.first_response_at,
        spans.started_at as happened_at,
        spans.ended_at,
        spans.was_solved
    from conversations
    inner join {{ ref('fct_status_spans') }} as spans
        on conversations.conversation_id = spans.conversation_id
    where not spans.is_solved and spans.started_at <= {{ as_of() }}
),

found as (
    {% for feature, (relation, condition, strength) in features.items() %}
    select
        customer_id, '{{ feature }}' as feature, conversation_id, happened_at, cast({{ strength }} as double) as strength
    from {{ relation }} where {{ condition }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

waiting as (
    select conversations.conversation_id, {{ minutes_between('max(turns.asked_at)', as_of()) }} / 60 as hours
    from conversations
    inner join {{ ref('fct_responses') }} as turns
        on conversations.conversation_id = turns.conversation_id
    where turns.answered_at is null and not conversations.is_solved
    group by conversations.conversation_id
),

said as (
    select * from found
    union all
    select customer_id, feature, conversation_id, happened_at, strength from {{ ref('int_risk_evidence_messages') }}
)

select
    said.customer_id,
    said.feature,
    said.conversation_id,
    min(said.happened_at) as first_at,
    max(said.happened_at) as last_at,
    count(*) as items,
    max(said.strength) as strength,
    max(waiting.hours) as waits_for_hours
from said
left join waiting
    on said.conversation_id = waiting.conversation_id
group by said.customer_id, said.feature, said.conversation_id
