{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "orders"}) }}
{{ union_sources('orders', news_only=is_delta()) }}
