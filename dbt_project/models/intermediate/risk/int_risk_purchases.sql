-- What a customer had bought by an instant: subscriptions that ran then, and orders.
with subscriptions as (
    select
        instants.as_of,
        subscriptions.*,
        (subscriptions.ended_at is null or subscriptions.ended_at > instants.as_of)
        -- Ended at a time that nobody tells: not running at any.
        and (
            subscriptions.ended_at is not null
            or subscriptions.status is null
            or subscriptions.status not in ({{ quoted(var('churn_subscription_status')) }})
        ) as is_running
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    inner join {{ ref('int_risk_instants') }} as instants
        on subscriptions.started_at <= instants.as_of
),

subscribed as (
    select
        customer_id,
        as_of,
        min(started_at) as first_subscribed_at,
        count(*) filter (where is_running) as active_subscriptions,
        {{ exact_sum('amount_per_month', 'is_running') }} as amount_per_month,
        {{ latest('plan', 'started_at', 'remote_id') }} filter (where is_running) as plan,
        coalesce(bool_or(is_running and cancel_requested_at <= as_of), false) as cancel_requested,
        -- A vendor keeps the next renewal only, and none of what has ended: for the past it would tell the future.
        min(renewal_at) filter (where is_running and renewal_at >= as_of and as_of = {{ as_of() }}) as renewal_at
    from subscriptions
    group by customer_id, as_of
),

orders as (
    select
        orders.customer_id,
        orders.ordered_at,
        case when orders.status = 'refunded' then 0 else orders.amount end as amount,
        orders.remote_id,
        coalesce(orders.status in ('failed', 'declined'), false) as is_failed,
        lag(orders.ordered_at) over (
            partition by orders.customer_id, coalesce(orders.status in ('failed', 'declined'), false)
            order by orders.ordered_at, orders.remote_id
        ) as previous_at
    from {{ ref('int_customer_orders') }} as orders
),

ordered as (
    select
        orders.customer_id,
        instants.as_of,
        max(orders.ordered_at) filter (where not is_failed) as last_order_at,
        count(*) filter (where not is_failed and orders.ordered_at > instants.as_of - {{ days(90) }}) as orders_90d,
        count(*) filter (where is_failed and orders.ordered_at > instants.as_of - {{ days(90) }}) as payment_failures_90d,
        min(orders.ordered_at) filter (where not is_failed) as first_order_at,
        {{ exact_sum('amount', 'not is_failed and orders.ordered_at > instants.as_of - ' ~ days(365)) }} as order_amount_365d,
        {{ median(minutes_between('previous_at', 'orders.ordered_at')) }} filter (where not is_failed) / 1440.0 as usual_order_gap_days
    from orders
    inner join {{ ref('int_risk_instants') }} as instants
        on orders.ordered_at <= instants.as_of
    group by orders.customer_id, instants.as_of
)

select
    coalesce(subscribed.customer_id, ordered.customer_id) as customer_id,
    coalesce(subscribed.as_of, ordered.as_of) as as_of,
    subscribed.* exclude (customer_id, as_of),
    ordered.* exclude (customer_id, as_of)
from subscribed
full outer join ordered
    on subscribed.customer_id = ordered.customer_id and subscribed.as_of = ordered.as_of
