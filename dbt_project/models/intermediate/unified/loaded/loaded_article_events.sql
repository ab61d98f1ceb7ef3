{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "article_events"}) }}
{{ union_sources('article_events', news_only=is_delta()) }}
