{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "conversations", "names": ["source_system", "follow_up_of_remote_id"]}) }}
with unified as (
    {{ union_sources('conversations', news_only=is_delta()) }}
)

select
    {{ md5_hash(['source_system', 'remote_id']) }} as conversation_id,
    * exclude (channel, status, is_spam),
    coalesce(channel, 'ticket') as channel,
    {{ known_status('status') }} as status,
    {{ unknown_status('status') }} as unknown_status,
    coalesce(is_spam, false) as is_spam
from unified
