-- An account's money: what its customers pay per month and have paid, in the currency of most subscriptions
-- or payments, with all currencies beside it. Nothing is converted.
with monthly as (
    select
        customers.account_id,
        coalesce(upper(trim(purchases.currency)), 'unknown') as currency,
        {{ exact_sum('purchases.amount_per_month') }} as amount,
        sum(purchases.active_subscriptions) as payments
    from {{ ref('int_customer_value') }} as purchases
    inner join {{ ref('int_customers') }} as customers
        on purchases.customer_id = customers.customer_id
    where
        customers.account_id is not null
        and purchases.active_subscriptions > 0
        and purchases.amount_per_month is not null
    group by customers.account_id, coalesce(upper(trim(purchases.currency)), 'unknown')
),

paid as (
    select
        customers.account_id,
        amounts.currency,
        {{ exact_sum('amounts.amount') }} as amount,
        sum(amounts.payments) as payments
    from {{ ref('int_customer_amounts') }} as amounts
    inner join {{ ref('int_customers') }} as customers
        on amounts.customer_id = customers.customer_id
    where customers.account_id is not null
    group by customers.account_id, amounts.currency
),

{% for amounts in ["monthly", "paid"] %}
{{ amounts }}_summed as (
    select
        account_id,
        min_by(amount, place) as amount,
        min_by(currency, place) as currency,
        '{' || string_agg({{ json_member('currency', 'amount') }}, ', ' order by currency) || '}' as amounts
    from (
        select *, row_number() over (partition by account_id order by payments desc nulls last, currency) as place
        from {{ amounts }}
    ) as ranked
    group by account_id
){{ "," if not loop.last }}
{% endfor %}

select
    coalesce(monthly_summed.account_id, paid_summed.account_id) as account_id,
    monthly_summed.amount as amount_per_month,
    monthly_summed.currency,
    monthly_summed.amounts as amounts_per_month,
    paid_summed.amount as lifetime_value,
    paid_summed.currency as lifetime_currency,
    paid_summed.amounts as lifetime_values
from monthly_summed
full outer join paid_summed
    on monthly_summed.account_id = paid_summed.account_id
