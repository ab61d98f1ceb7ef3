{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "conversation_events", "names": ["source_system", "conversation_remote_id"]}) }}
with unified as (
    {{ union_sources('conversation_events', news_only=is_delta()) }}
)

select
    * exclude (old_value, new_value),
    case when event_type = 'status' then {{ known_status('old_value') }} else old_value end as old_value,
    case when event_type = 'status' then {{ known_status('new_value') }} else new_value end as new_value,
    case when event_type = 'status' then {{ unknown_status('new_value') }} end as unknown_status
from unified
