{{ config(materialized="view") }}
-- Features of customers as months began, and whether they left in the 30 days after: NULL while that is not known.
select
    features.*,
    case
        when features.is_customer and features.as_of + {{ days(30) }} <= {{ as_of() }}
            then exists (
                select 1
                from {{ ref('int_risk_departures') }} as departures
                where
                    departures.customer_id = features.customer_id
                    and departures.left_at > features.as_of
                    and departures.left_at <= features.as_of + {{ days(30) }}
            )
    end as churned
from {{ ref('int_risk_features') }} as features
