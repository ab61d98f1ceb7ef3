-- What a customer buys: subscriptions and orders, as known at `as_of`.
with subscriptions as (
    select
        links.customer_id,
        subscriptions.*,
        subscriptions.ended_at is null and coalesce(subscriptions.status, 'active') not in ('ended', 'canceled', 'cancelled') as is_active
    from {{ ref('int_subscriptions') }} as subscriptions
    inner join {{ ref('int_contact_customers') }} as links
        on
            subscriptions.source_system = links.source_system
            and subscriptions.contact_remote_id = links.remote_id
),

subscribed as (
    select
        customer_id,
        min(started_at) as first_subscribed_at,
        count(*) filter (where is_active) as active_subscriptions,
        count(*) as subscriptions,
        {{ exact_sum('amount_per_month', 'is_active') }} as amount_per_month,
        max_by(currency, started_at) as subscription_currency,
        coalesce(bool_or(is_active and cancel_requested_at is not null), false) as cancel_requested,
        min(renewal_at) filter (where is_active and renewal_at >= {{ as_of() }}) as renewal_at
    from subscriptions
    group by customer_id
),

orders as (
    select
        links.customer_id,
        orders.*,
        coalesce(orders.status in ('failed', 'declined'), false) as is_failed,
        lag(orders.ordered_at) over (
            partition by links.customer_id, coalesce(orders.status in ('failed', 'declined'), false) order by orders.ordered_at
        ) as previous_at
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_contact_customers') }} as links
        on
            orders.source_system = links.source_system
            and orders.contact_remote_id = links.remote_id
),

ordered as (
    select
        customer_id,
        min(ordered_at) filter (where not is_failed) as first_order_at,
        max(ordered_at) filter (where not is_failed) as last_order_at,
        count(*) filter (where not is_failed) as orders,
        count(*) filter (where not is_failed and ordered_at > {{ as_of() }} - {{ days(90) }}) as orders_90d,
        count(*) filter (where is_failed and ordered_at > {{ as_of() }} - {{ days(90) }}) as payment_failures_90d,
        {{ exact_sum("case when status = 'refunded' then 0 else amount end", 'not is_failed') }} as order_amount,
        {{ exact_sum(
            "case when status = 'refunded' then 0 else amount end",
            'not is_failed and ordered_at > ' ~ as_of() ~ ' - ' ~ days(365)
        ) }} as order_amount_365d,
        max_by(currency, ordered_at) as order_currency,
        {{ median(minutes_between('previous_at', 'ordered_at')) }} filter (where not is_failed) / 1440.0 as usual_order_gap_days
    from orders
    group by customer_id
)

select
    coalesce(subscribed.customer_id, ordered.customer_id) as customer_id,
    least(subscribed.first_subscribed_at, ordered.first_order_at) as first_bought_at,
    coalesce(subscribed.subscriptions, 0) as subscriptions,
    coalesce(subscribed.active_subscriptions, 0) as active_subscriptions,
    cast(subscribed.amount_per_month as double) as amount_per_month,
    coalesce(subscribed.subscription_currency, ordered.order_currency) as currency,
    coalesce(subscribed.cancel_requested, false) as cancel_requested,
    subscribed.renewal_at,
    ordered.last_order_at,
    coalesce(ordered.orders, 0) as orders,
    coalesce(ordered.orders_90d, 0) as orders_90d,
    coalesce(ordered.payment_failures_90d, 0) as payment_failures_90d,
    cast(ordered.order_amount as double) as order_amount,
    cast(ordered.order_amount_365d as double) as order_amount_365d,
    ordered.usual_order_gap_days
from subscribed
full outer join ordered
    on subscribed.customer_id = ordered.customer_id
