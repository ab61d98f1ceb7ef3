-- What a customer buys: subscriptions and orders, as known at `as_of`.
with subscriptions as (
    select
        subscriptions.*,
        subscriptions.ended_at is null and coalesce(subscriptions.status, '') not in ({{ quoted(var('churn_subscription_status')) }}) as is_active
    from {{ ref('int_customer_subscriptions') }} as subscriptions
),

subscribed as (
    select
        customer_id,
        count(*) filter (where is_active) as active_subscriptions,
        count(*) as subscriptions,
        max(started_at) as last_subscribed_at,
        {{ exact_sum('amount_per_month', 'is_active') }} as amount_per_month,
        max_by(currency, started_at) as subscription_currency
    from subscriptions
    group by customer_id
),

orders as (
    select
        orders.customer_id,
        orders.ordered_at,
        orders.currency,
        case when orders.status = 'refunded' then 0 else orders.amount end as amount
    from {{ ref('int_customer_orders') }} as orders
    where orders.status is null or orders.status not in ('failed', 'declined')
),

ordered as (
    select
        customer_id,
        max(ordered_at) as last_order_at,
        count(*) as orders,
        {{ exact_sum('amount') }} as order_amount,
        {{ exact_sum('amount', 'ordered_at > ' ~ as_of() ~ ' - ' ~ days(365)) }} as order_amount_365d,
        max_by(currency, ordered_at) as order_currency
    from orders
    group by customer_id
)

select
    coalesce(subscribed.customer_id, ordered.customer_id) as customer_id,
    coalesce(subscribed.subscriptions, 0) as subscriptions,
    coalesce(subscribed.active_subscriptions, 0) as active_subscriptions,
    subscribed.last_subscribed_at,
    cast(subscribed.amount_per_month as double) as amount_per_month,
    coalesce(subscribed.subscription_currency, ordered.order_currency) as currency,
    ordered.last_order_at,
    coalesce(ordered.orders, 0) as orders,
    cast(ordered.order_amount as double) as order_amount,
    cast(ordered.order_amount_365d as double) as order_amount_365d
from subscribed
full outer join ordered
    on subscribed.customer_id = ordered.customer_id
