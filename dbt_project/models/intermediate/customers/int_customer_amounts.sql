-- What a customer has paid us, per currency: amounts of different currencies are never added up.
-- Payments are orders that were paid, and a running month's price for every month a subscription began.
-- Systems whose orders are the charges themselves (var `orders_include_subscriptions`) bring the latter
-- as orders already.
with orders as (
    select
        orders.customer_id,
        coalesce(upper(trim(orders.currency)), 'unknown') as currency,
        orders.amount,
        1 as payments,
        orders.ordered_at as last_payment_at
    from {{ ref('int_customer_orders') }} as orders
    where coalesce(orders.status, 'paid') not in ({{ quoted(var('unpaid_order_status')) }})
),

subscriptions as (
    select
        subscriptions.*,
        least(coalesce(subscriptions.ended_at, {{ as_of() }}), {{ as_of() }}) as runs_until
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    where
        subscriptions.source_system not in ({{ quoted(var('orders_include_subscriptions')) }})
        and coalesce(subscriptions.status, 'active') not in ({{ quoted(var('unpaid_subscription_status')) }})
),

-- A month that begins at the very end of the subscription is not paid any more.
months as (
    select
        *,
        {{ full_months('started_at', "runs_until - interval 1 microsecond") }} + 1 as months_begun
    from subscriptions
),

payments as (
    select * from orders
    union all
    select
        customer_id,
        coalesce(upper(trim(currency)), 'unknown'),
        amount_per_month * months_begun,
        months_begun,
        runs_until
    from months
)

select
    customer_id,
    currency,
    {{ exact_sum('amount') }} as amount,
    cast(sum(payments) as bigint) as payments,
    max(last_payment_at) as last_payment_at
from payments
where amount is not null
group by customer_id, currency
