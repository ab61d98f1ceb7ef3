-- Lifetime value: in the currency of most payments (at a tie the one paid in last, then by name), with all
-- currencies beside it. Nothing is converted: a rate of today would change the history with every run.
with ranked as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by payments desc nulls last, last_payment_at desc nulls last, currency
        ) as place
    from {{ ref('int_customer_amounts') }}
)

select
    customer_id,
    min_by(amount, place) as lifetime_value,
    min_by(currency, place) as lifetime_currency,
    '{' || string_agg({{ json_member('currency', 'amount') }}, ', ' order by currency) || '}' as lifetime_values
from ranked
group by customer_id
