-- When somebody was a customer by what they bought: while a subscription ran; before the first one, from an order until so many of their
-- usual gaps (`churn_order_gaps`) went by without the next. A period that has not ended yet has no end.
with subscriptions as (
    select
        subscriptions.customer_id,
        subscriptions.started_at,
        -- Ended, and no source says when: at the last update, which is when it was known.
        coalesce(
            subscriptions.ended_at,
            case when subscriptions.status in ({{ quoted(var('churn_subscription_status')) }}) then subscriptions.remote_updated_at end
        ) as ended_at
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    where subscriptions.status is null or subscriptions.status not in ({{ quoted(var('unpaid_subscription_status')) }})
),

firsts as (
    select customer_id, min(started_at) as subscribed_at
    from subscriptions
    group by customer_id
),

orders as (
    select
        orders.customer_id,
        orders.ordered_at,
        lag(orders.ordered_at) over by_customer as previous_at,
        lead(orders.ordered_at) over by_customer as next_at,
        row_number() over by_customer as order_number
    from {{ ref('int_customer_orders') }} as orders
    where
        orders.status is null
        or orders.status not in ({{ quoted(var('unpaid_order_status')) }})
    window by_customer as (partition by orders.customer_id order by orders.ordered_at, orders.remote_id)
),

-- The usual gap as it was known at the order.
gaps as (
    select
        *,
        {{ median(minutes_between('previous_at', 'ordered_at')) }} over (
            partition by customer_id order by order_number rows between unbounded preceding and current row
        ) as usual_gap_minutes
    from orders
),

patience as (
    select
        *,
        {{ microseconds_after(
            'cast(' ~ var('churn_order_gaps') ~ ' * usual_gap_minutes * 60000000 as bigint)', 'ordered_at'
        ) }} as waited_until
    from gaps
    where order_number >= {{ var('churn_orders_from') }}
)

select customer_id, 'subscription' as kind, started_at, ended_at
from subscriptions
where started_at is not null

union all

select
    patience.customer_id,
    'orders' as kind,
    patience.ordered_at as started_at,
    least(
        firsts.subscribed_at,
        case
            when patience.next_at <= patience.waited_until then patience.next_at
            when patience.waited_until <= {{ as_of() }} then patience.waited_until
        end
    ) as ended_at
from patience
left join firsts
    on patience.customer_id = firsts.customer_id
where firsts.subscribed_at is null or patience.ordered_at < firsts.subscribed_at
