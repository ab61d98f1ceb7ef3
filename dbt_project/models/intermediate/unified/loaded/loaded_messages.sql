{{ config(materialized="incremental", incremental_strategy="renew", unique_key="remote_id", on_schema_change="fail", meta={"entity": "messages", "names": ["source_system", "conversation_remote_id"]}) }}
{% set columns = unified_columns("messages").keys() | join(", ") %}
with unified as (
    {{ union_sources('messages', news_only=is_delta()) }}
),

messages as (
    select {{ columns }}, md5(nullif(body, '')) as text_hash
    from unified
    {% if is_delta() %}

    union all

    -- Messages as they are held, of conversations that have news.
    select {{ columns }}, text_hash
    from {{ this }} as held
    where
        exists (
            select 1
            from {{ ref('loaded_conversations') }} as conversations
            where
                conversations.loaded_at > {{ since_loaded_at() }}
                and conversations.source_system = held.source_system
                and conversations.remote_id = held.conversation_remote_id
        )
        and not exists (
            select 1
            from unified
            where unified.source_system = held.source_system and unified.remote_id = held.remote_id
        )
        {% set whole = whole_systems("messages") %}
        {% if whole %}and held.source_system not in ({{ quoted(whole) }}){% endif %}
    {% endif %}
)

select
    messages.*,
    conversations.channel,
    conversations.opened_at as conversation_opened_at,
    conversations.loaded_at as conversation_loaded_at
from messages
left join {{ ref('loaded_conversations') }} as conversations
    on
        messages.source_system = conversations.source_system
        and messages.conversation_remote_id = conversations.remote_id
