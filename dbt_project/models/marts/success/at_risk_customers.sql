-- Whom to call first: risk × what is at stake per month. Who has already left is not listed.
with candidates as (
    select
        health.*,
        customers.* exclude (customer_id),
        {{ value_per_month() }} as value_per_month
    from {{ ref('customer_health') }} as health
    inner join {{ ref('dim_customers') }} as customers
        on health.customer_id = customers.customer_id
    left join {{ ref('int_customer_value') }} as purchases
        on health.customer_id = purchases.customer_id
    where
        health.band in ('yellow', 'red')
        and not {{ has_left() }}
),

-- What speaks for staying is no reason to call; two features may have the same evidence (a mood, and its change).
told as (
    select customer_id, evidence, min(position) as position
    from {{ ref('customer_reasons') }}
    where position <= 3 and contribution > 0
    group by customer_id, evidence
),

top_reasons as (
    select customer_id, string_agg(evidence, '; ' order by position) as top_reasons
    from told
    group by customer_id
)

select
    row_number() over (
        order by candidates.score * candidates.value_per_month desc nulls last, candidates.score desc nulls last, candidates.customer_id
    ) as rank,
    {{ md5_hash(['candidates.customer_id', 'cast(' ~ microseconds('candidates.as_of') ~ ' as varchar)', 'candidates.model_version']) }} as entry_id,
    candidates.customer_id,
    candidates.customer_name,
    candidates.email,
    candidates.phone,
    candidates.account_name,
    candidates.owner,
    candidates.score,
    candidates.band,
    candidates.health_score,
    candidates.amount_per_month,
    candidates.value_per_month,
    candidates.currency,
    coalesce(top_reasons.top_reasons, '') as top_reasons,
    candidates.reasons,
    candidates.last_contact_at,
    candidates.as_of,
    candidates.model_version
from candidates
left join top_reasons
    on candidates.customer_id = top_reasons.customer_id
order by rank
