-- To whom nothing is sold now, however much speaks for it. Who is about to leave is the risk score's business.
{% set certain = ">= " ~ var('growth_obstacle_from') %}
with obstacles as (
    select
        customer_id,
        'an open complaint' as obstacle,
        1 as place
    from {{ ref('fct_conversations') }}
    where
        customer_id is not null
        and excluded_reason is null
        and not is_solved
        and (
            complaint {{ certain }}
            or escalation_request {{ certain }}
            or churn_intent {{ certain }}
            or escalations > 0
            or topic in ({{ quoted(var('growth_obstacle_topics')) }})
        )

    union all
    select customer_id, 'asked to cancel', 2
    from {{ ref('int_growth_purchases') }}
    where is_cancelling

    union all
    select customer_id, 'no customer any more', 3
    from {{ ref('dim_customers') }} as customers
    where {{ has_left() }}
)

select customer_id, min_by(obstacle, place) as obstacle
from obstacles
group by customer_id
