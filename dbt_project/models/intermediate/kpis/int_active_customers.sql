-- How many customers were active in a month: they paid by subscription in it, or bought, wrote, called or read in
-- the help centre in it or the months before (var active_customer_months, the month itself included).
with signs as (
    {% for fact, at, where in [
        ("fct_conversations", "opened_at", "is_customer_opened and excluded_reason is null"),
        ("fct_self_service_sessions", "started_at", "true"),
    ] %}
    select customer_id, {{ period_start('month', metric_date(at)) }} as from_month, cast(null as date) as to_month
    from {{ ref(fact) }}
    where customer_id is not null and {{ where }}
    union
    {% endfor %}
    select orders.customer_id, {{ period_start('month', metric_date('orders.ordered_at')) }}, null
    from {{ ref('int_customer_orders') }} as orders
    where coalesce(orders.status, '') not in ('{{ var("unpaid_order_status") | join("', '") }}')
    union
    select
        subscriptions.customer_id,
        {{ period_start('month', metric_date('subscriptions.started_at')) }},
        {{ period_start('month', metric_date("coalesce(subscriptions.ended_at, " ~ as_of() ~ ")")) }}
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    where coalesce(subscriptions.status, '') not in ('{{ var("unpaid_subscription_status") | join("', '") }}')
),

spans as (
    select
        customer_id,
        from_month,
        coalesce(to_month, cast(from_month + interval {{ var('active_customer_months') - 1 }} month as date)) as to_month
    from signs
    where from_month is not null
),

-- Of each span what the earlier ones have not covered, so that nobody counts twice.
fresh as (
    select
        customer_id,
        greatest(from_month, coalesce(cast(covered_to + interval 1 month as date), from_month)) as from_month,
        to_month
    from (
        select
            *,
            max(to_month) over (
                partition by customer_id order by from_month, to_month
                rows between unbounded preceding and 1 preceding
            ) as covered_to
        from spans
    ) as ordered
),

steps as (
    select customer_id, from_month as month_date, 1 as step from fresh where from_month <= to_month
    union all
    select customer_id, cast(to_month + interval 1 month as date), -1 from fresh where from_month <= to_month
),

by_segment as (
    select steps.month_date, customers.segment, sum(steps.step) as step
    from steps
    left join {{ ref('int_customers') }} as customers
        on steps.customer_id = customers.customer_id
    group by steps.month_date, customers.segment
),

months as (
    select calendar_date as month_date
    from ({{ date_spine("(select min(month_date) from by_segment)", last_metric_date()) }}) as dates
    where extract(day from calendar_date) = 1
),

segments as (
    select distinct segment from by_segment
)

select
    months.month_date as period_start,
    segments.segment,
    cast(sum(coalesce(by_segment.step, 0)) over (partition by segments.segment order by months.month_date) as bigint) as active_customers
from months
cross join segments
left join by_segment
    on months.month_date = by_segment.month_date and segments.segment is not distinct from by_segment.segment
