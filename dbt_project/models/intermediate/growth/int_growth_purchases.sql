-- Orders and subscriptions as signs of wanting more: paid ones, and those added to what was there before.
with subscriptions as (
    select
        subscriptions.customer_id,
        subscriptions.started_at,
        subscriptions.cancel_requested_at,
        subscriptions.ended_at is null and coalesce(subscriptions.status, '') not in ({{ quoted(var('churn_subscription_status')) }}) as is_active,
        min(subscriptions.started_at) over (partition by subscriptions.customer_id) as first_started_at
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    where coalesce(subscriptions.status, '') not in ({{ quoted(var('unpaid_subscription_status')) }})
),

subscribed as (
    select
        customer_id,
        min(started_at) as first_subscribed_at,
        count(*) filter (where is_active) as active_subscriptions,
        count(*) filter (
            where is_active
            and started_at > {{ as_of() }} - {{ days(180) }}
            and first_started_at <= {{ as_of() }} - {{ days(180) }}
        ) as added_subscriptions_180d,
        coalesce(bool_or(is_active and cancel_requested_at is not null), false) as is_cancelling
    from subscriptions
    group by customer_id
),

ordered as (
    select
        orders.customer_id,
        min(orders.ordered_at) as first_ordered_at,
        count(*) filter (where orders.ordered_at > {{ as_of() }} - {{ days(90) }}) as orders_90d,
        count(*) filter (
            where orders.ordered_at > {{ as_of() }} - {{ days(180) }}
            and orders.ordered_at <= {{ as_of() }} - {{ days(90) }}
        ) as orders_prev_90d
    from {{ ref('int_customer_orders') }} as orders
    where coalesce(orders.status, '') not in ({{ quoted(var('unpaid_order_status')) }})
    group by orders.customer_id
)

select
    coalesce(subscribed.customer_id, ordered.customer_id) as customer_id,
    least(subscribed.first_subscribed_at, ordered.first_ordered_at) as first_bought_at,
    coalesce(subscribed.active_subscriptions, 0) as active_subscriptions,
    coalesce(subscribed.added_subscriptions_180d, 0) as added_subscriptions_180d,
    coalesce(subscribed.is_cancelling, false) as is_cancelling,
    coalesce(ordered.orders_90d, 0) as orders_90d,
    coalesce(ordered.orders_prev_90d, 0) as orders_prev_90d
from subscribed
full outer join ordered
    on subscribed.customer_id = ordered.customer_id
