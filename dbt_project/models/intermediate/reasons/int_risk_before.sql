-- What the run before said of who is at risk now: the newest earlier `as_of` that the same model scored. Another
-- model's scores are no comparison.
with at_risk as (
    select * from {{ ref('customer_health') }} where band in ('yellow', 'red')
),

runs as (
    select model_version, max(as_of) as as_of
    from {{ source('ml', 'customer_risk') }}
    where as_of < {{ as_of() }}
    group by model_version
)

select
    at_risk.customer_id,
    runs.as_of,
    risks.score,
    risks.band,
    risks.reasons
from at_risk
left join runs
    on at_risk.model_version = runs.model_version
left join {{ source('ml', 'customer_risk') }} as risks
    on
        at_risk.customer_id = risks.customer_id
        and runs.model_version = risks.model_version
        and runs.as_of = risks.as_of
