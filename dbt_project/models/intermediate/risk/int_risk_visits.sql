-- Visits to the help centre in the 30 days before an instant.
select
    sessions.customer_id,
    instants.as_of,
    count(*) as visits_30d,
    cast(sum(sessions.searches_without_result) as bigint) as failed_searches_30d
from {{ ref('fct_self_service_sessions') }} as sessions
inner join {{ ref('int_risk_instants') }} as instants
    on
        sessions.started_at <= instants.as_of
        and sessions.started_at > instants.as_of - {{ days(30) }}
where sessions.customer_id is not null
group by sessions.customer_id, instants.as_of
