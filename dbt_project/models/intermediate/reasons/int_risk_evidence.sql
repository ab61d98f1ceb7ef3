-- The evidence for a feature of the risk score, in words, with the conversations to read: at most five.
{% set wrote = {
    "churn_intent_max_30d": "wrote about leaving",
    "churn_intent_max_120d": "wrote about leaving",
    "escalation_max_30d": "asked for a manager or a person",
    "complaint_max_30d": "complained",
    "refund_max_30d": "asked for money back",
} %}
with placed as (
    select
        *,
        row_number() over (
            partition by customer_id, feature order by strength desc nulls last, last_at desc nulls last, conversation_id
        ) as place,
        row_number() over (partition by customer_id, feature order by last_at desc nulls last, conversation_id) as recency
    from {{ ref('int_risk_evidence_conversations') }}
),

counts as (
    select
        customer_id,
        feature,
        count(*) as conversations,
        cast(sum(items) as bigint) as items,
        {{ days_since('min(first_at)') }} as in_days,
        max(strength) as strength,
        max(case when recency = 1 then waits_for_hours end) as last_waits_for_hours,
        max(waits_for_hours) as longest_wait_hours
    from placed
    group by customer_id, feature
),

ids as (
    select customer_id, feature, {{ json_list_agg('conversation_id', 'place') }} as conversation_ids
    from placed
    where place <= 5
    group by customer_id, feature
),

told as (
    select
        counts.customer_id,
        counts.feature,
        case
            {% for feature, words in wrote.items() %}
            when counts.feature = '{{ feature }}'
                then '{{ words }} in ' || {{ counted('items', 'message') }} || ' within ' || {{ counted('in_days', 'day') }}
                    || ' (certainty up to ' || cast(cast(round(100 * strength) as bigint) as varchar) || '%)'
            {% endfor %}
            when counts.feature in ('negative_messages_30d', 'sentiment_mean_30d', 'sentiment_change')
                then case
                    when counts.feature = 'negative_messages_30d' then ''
                    else 'mean sentiment ' || {{ two_digits('features.sentiment_mean_30d') }}
                        || coalesce(' after ' || {{ two_digits('features.sentiment_mean_prev_90d') }}, '') || ', '
                end || {{ counted('items', 'unhappy message') }} || ' in ' || {{ counted('in_days', 'day') }}
            when counts.feature in ('top_topic_contacts_30d', 'top_topic_30d')
                then {{ counted('items', 'contact') }} || ' about ' || {{ words('features.top_topic_30d') }} || ' in '
                    || {{ counted('in_days', 'day') }}
            when counts.feature = 'oldest_unanswered_hours'
                then {{ counted('items', 'conversation') }} || ' without any answer, the oldest for ' || {{ waited('strength / 60') }}
            when counts.feature = 'repeat_contacts_90d'
                then {{ counted('items', 'contact') }} || ' about something they had come for within two weeks before'
            when counts.feature in ('unresolved_conversations', 'oldest_unresolved_hours')
                then {{ counted('items', 'conversation') }} || ' open, the oldest for ' || {{ waited('strength / 60') }}
            when counts.feature = 'reopens_90d'
                then {{ counted('items', 'reopening') }} || ' in ' || {{ counted('conversations', 'conversation') }}
            when counts.feature = 'slow_first_responses_90d'
                then {{ counted('items', 'first answer') }} || ' later than promised in ' || {{ counted('in_days', 'day') }}
                    || ', the slowest after ' || {{ waited('strength / 60') }}
            else {{ counted('items', 'contact') }} || ' in ' || {{ counted('in_days', 'day') }}
                || case
                    when counts.feature = 'contacts_growth'
                        then ', ' || cast(features.contacts_prev_30d as varchar) || ' in the 30 days before'
                    else ''
                end
        end || case
            when counts.feature = 'oldest_unanswered_hours' then ''
            when counts.feature in ('unresolved_conversations', 'oldest_unresolved_hours') and longest_wait_hours >= 1
                then ', unanswered for up to ' || {{ waited('longest_wait_hours') }}
            when last_waits_for_hours >= 1 then ', last one unanswered for ' || {{ waited('last_waits_for_hours') }}
            else ''
        end as evidence
    from counts
    left join {{ ref('int_risk_features') }} as features
        on counts.customer_id = features.customer_id and features.as_of = {{ as_of() }}
)

select told.customer_id, told.feature, told.evidence, ids.conversation_ids
from told
inner join ids
    on told.customer_id = ids.customer_id and told.feature = ids.feature

union all

select customer_id, feature, evidence, {{ json_list_of('conversation_id') }} as conversation_ids
from {{ ref('int_risk_evidence_facts') }}
