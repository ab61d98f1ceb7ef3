-- Scores of this `as_of`, by the model that was in use.
select
    risks.customer_id,
    risks.as_of,
    risks.score,
    100 * (1 - risks.score) as health_score,
    risks.band,
    risks.reasons,
    risks.model_version
from {{ source('ml', 'customer_risk') }} as risks
inner join {{ ref('dim_customers') }} as customers
    on risks.customer_id = customers.customer_id
where risks.as_of = {{ as_of() }}
order by risks.customer_id
