{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="timeline_id", on_schema_change="fail", meta={"scope": "int_timeline_scope", "scope_keys": "int_timeline_news"}) }}
-- depends_on: {{ ref('int_timeline_news') }}
select
    timeline_id,
    customer_id,
    occurred_at,
    kind,
    channel,
    source_system,
    remote_id,
    conversation_id,
    actor_type,
    summary,
    excluded_reason
from (
    select * from {{ ref('int_timeline_conversations') }}
    union all
    select * from {{ ref('int_timeline_dealings') }}
) as happened
where occurred_at <= {{ as_of() }}
-- A conversation opens before its first message of the same instant.
order by customer_id, occurred_at, case when kind = 'conversation_opened' then 0 else 1 end, timeline_id
