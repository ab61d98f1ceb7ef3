{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="self_service_session_id", on_schema_change="fail", meta={"scope": "everything"}) }}
select
    {{ md5_hash(['sessions.customer_id', 'sessions.session_id']) }} as self_service_session_id,
    sessions.customer_id,
    customers.segment,
    sessions.started_at,
    sessions.ended_at,
    sessions.views,
    sessions.searches,
    sessions.searches_without_result,
    sessions.is_deflected
from {{ ref('int_self_service_sessions') }} as sessions
left join {{ ref('int_customers') }} as customers
    on sessions.customer_id = customers.customer_id
order by sessions.started_at, self_service_session_id
