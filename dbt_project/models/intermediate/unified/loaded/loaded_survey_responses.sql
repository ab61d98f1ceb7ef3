{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "survey_responses", "names": ["conversation_source_system", "conversation_remote_id"]}) }}
with unified as (
    {{ union_sources('survey_responses', news_only=is_delta()) }}
)

select
    * exclude (conversation_source_system),
    coalesce(conversation_source_system, source_system) as conversation_source_system,
    md5(nullif(comment, '')) as comment_hash
from unified
