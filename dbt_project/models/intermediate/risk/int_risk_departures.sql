-- Instants at which a customer left: a period ended, and no other went on or began within `churn_return_days`.
select distinct
    ended.customer_id,
    ended.ended_at as left_at
from {{ ref('int_risk_periods') }} as ended
where
    ended.ended_at <= {{ as_of() }}
    and not exists (
        select 1
        from {{ ref('int_risk_periods') }} as others
        where
            others.customer_id = ended.customer_id
            and others.started_at <= ended.ended_at + {{ days(var('churn_return_days')) }}
            and (others.ended_at is null or others.ended_at > ended.ended_at)
    )
