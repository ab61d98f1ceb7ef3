-- What survey answers, orders and subscriptions say, in words, of who is at risk; the conversation a survey was about.
with at_risk as (
    select features.*
    from {{ ref('int_risk_features') }} as features
    inner join {{ ref('customer_health') }} as health
        on features.customer_id = health.customer_id and features.as_of = health.as_of
    where health.band in ('yellow', 'red')
),

answers as (
    select
        *,
        case survey_type when 'nps' then 'nps_last' when 'ces' then 'ces_last_easy' else 'csat_last_satisfied' end as feature,
        row_number() over (
            partition by customer_id, survey_type order by answered_at desc nulls last, response_id
        ) as recency
    from {{ ref('fct_survey_responses') }}
    where
        customer_id in (select customer_id from at_risk)
        and answered_at <= {{ as_of() }}
        and survey_type in ('csat', 'nps', 'ces')
        and is_response
),

failed as (
    select orders.customer_id, count(*) as orders, min(orders.ordered_at) as first_at, max(orders.ordered_at) as last_at
    from {{ ref('int_customer_orders') }} as orders
    where
        orders.customer_id in (select customer_id from at_risk)
        and orders.status in ('failed', 'declined')
        and orders.ordered_at > {{ as_of() }} - {{ days(90) }}
        and orders.ordered_at <= {{ as_of() }}
    group by orders.customer_id
),

cancelled as (
    select subscriptions.customer_id, max(subscriptions.cancel_requested_at) as requested_at
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    where
        subscriptions.customer_id in (select customer_id from at_risk)
        and subscriptions.cancel_requested_at <= {{ as_of() }}
        and (
            subscriptions.ended_at > {{ as_of() }}
            or (
                subscriptions.ended_at is null
                and coalesce(subscriptions.status not in ({{ quoted(var('churn_subscription_status')) }}), true)
            )
        )
    group by subscriptions.customer_id
)

select
    answers.customer_id,
    answers.feature,
    case
        when scale_max = 1 then case when is_satisfied then 'said good' else 'said bad' end
        else 'gave ' || {{ number_text('score') }} || ' of ' || {{ number_text('coalesce(scale_max, 10)') }}
    end || ' in a survey, ' || {{ days_ago('answered_at') }} as evidence,
    -- A conversation that was merged into another customer's is not theirs to read.
    conversations.conversation_id
from answers
left join {{ ref('fct_conversations') }} as conversations
    on answers.conversation_id = conversations.conversation_id and answers.customer_id = conversations.customer_id
where answers.recency = 1

union all

select
    customer_id,
    'payment_failures_90d',
    {{ counted('orders', 'failed payment') }} || ' in ' || {{ counted(days_since('first_at'), 'day') }} || ', the last '
    || {{ days_ago('last_at') }},
    null
from failed

union all

select customer_id, 'cancel_requested', 'asked to cancel their subscription ' || {{ days_ago('requested_at') }}, null
from cancelled

union all

select
    customer_id,
    feature,
    'no order for ' || cast(cast(round(days_since_last_order) as bigint) as varchar) || ' days, usually one every '
    || cast(cast(round(usual_order_gap_days) as bigint) as varchar),
    null
from at_risk, (values ('order_gap_ratio'), ('days_since_last_order')) as gaps (feature)
where days_since_last_order is not null and usual_order_gap_days is not null

union all

select customer_id, 'days_to_renewal', 'renewal in ' || {{ counted('cast(round(days_to_renewal) as bigint)', 'day') }}, null
from at_risk
where days_to_renewal is not null
