-- Whom features are worked out for, and as of when: everybody as of now, and as of a month's start those who were
-- customers then.
with standing as (
    select distinct periods.customer_id, instants.as_of
    from {{ ref('int_risk_periods') }} as periods
    inner join {{ ref('int_risk_instants') }} as instants
        on
            periods.started_at <= instants.as_of
            and (periods.ended_at is null or periods.ended_at > instants.as_of)
)

select
    customers.customer_id,
    customers.account_id,
    customers.segment,
    customers.created_at,
    instants.as_of,
    instants.is_month_start,
    standing.customer_id is not null as is_customer
from {{ ref('int_customers') }} as customers
cross join {{ ref('int_risk_instants') }} as instants
left join standing
    on customers.customer_id = standing.customer_id and instants.as_of = standing.as_of
where standing.customer_id is not null or instants.as_of = {{ as_of() }}
