{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "calls", "names": ["source_system", "conversation_remote_id"]}) }}
{{ union_sources('calls', news_only=is_delta()) }}
