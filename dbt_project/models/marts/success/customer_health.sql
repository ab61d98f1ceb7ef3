-- Scores of this `as_of`, by the newest model that made any.
with risks as (
    select
        *,
        row_number() over (partition by customer_id order by model_version desc nulls last) as recency
    from {{ source('ml', 'customer_risk') }}
    where as_of = {{ as_of() }}
)

select
    risks.customer_id,
    risks.as_of,
    risks.score,
    100 * (1 - risks.score) as health_score,
    risks.band,
    risks.reasons,
    risks.model_version
from risks
inner join {{ ref('dim_customers') }} as customers
    on risks.customer_id = customers.customer_id
where risks.recency = 1
order by risks.customer_id
