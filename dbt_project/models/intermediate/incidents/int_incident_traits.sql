-- What customers have in common, by which an incident may hit some of them and not others. Only of those who are
-- still with us: they pay, or wrote or bought within a year.
with customers as (
    select customers.*
    from {{ ref('dim_customers') }} as customers
    where
        not {{ has_left() }}
        and (
            customers.active_subscriptions > 0
            or greatest(customers.last_contact_at, customers.last_order_at) > {{ as_of() }} - {{ days(365) }}
        )
),

traits as (
    {% for trait in ["account_id", "country", "segment"] %}
    select customer_id, '{{ trait }}' as trait, {{ trait }} as shared_value
    from customers
    union
    {% endfor %}
    select customers.customer_id, 'plan', subscriptions.plan
    from {{ ref('int_customer_subscriptions') }} as subscriptions
    inner join customers
        on subscriptions.customer_id = customers.customer_id
    where subscriptions.ended_at is null
)

select *
from traits
where shared_value is not null
