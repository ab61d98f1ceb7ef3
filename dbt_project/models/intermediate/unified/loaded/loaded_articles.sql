{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "articles"}) }}
{{ union_sources('articles', news_only=is_delta()) }}
