-- An account is as much at risk as the one of its customers who is most likely to leave; where somebody
-- pays by subscription, only those who do are asked. What may be lost adds up over them.
with customers as (
    select
        customers.account_id,
        customers.currency,
        customers.active_subscriptions,
        case when customers.active_subscriptions > 0 then customers.amount_per_month end as amount_per_month,
        health.*,
        max(case when customers.active_subscriptions > 0 then 1 else 0 end) over (partition by customers.account_id) as has_payers
    from {{ ref('customer_health') }} as health
    inner join {{ ref('dim_customers') }} as customers
        on health.customer_id = customers.customer_id
    where customers.account_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id
            order by
                case when has_payers = 1 and active_subscriptions = 0 then 1 else 0 end,
                score desc nulls last,
                customer_id
        ) as place
    from customers
)

select
    ranked.account_id,
    max(ranked.as_of) as as_of,
    min_by(ranked.score, ranked.place) as score,
    min_by(ranked.health_score, ranked.place) as health_score,
    min_by(ranked.band, ranked.place) as band,
    min_by(ranked.customer_id, ranked.place) as customer_id,
    min_by(ranked.reasons, ranked.place) as reasons,
    count(*) as customers,
    count(*) filter (where ranked.band = 'red') as customers_red,
    count(*) filter (where ranked.band = 'yellow') as customers_yellow,
    max(accounts.amount_per_month) as amount_per_month,
    max(accounts.currency) as currency,
    -- Only amounts in the account's main currency: nothing is converted.
    {{ exact_sum('ranked.score * ranked.amount_per_month', "coalesce(upper(trim(ranked.currency)), 'unknown') = accounts.currency") }}
        as expected_loss_per_month,
    max(ranked.model_version) as model_version
from ranked
inner join {{ ref('dim_accounts') }} as accounts
    on ranked.account_id = accounts.account_id
group by ranked.account_id
order by ranked.account_id
