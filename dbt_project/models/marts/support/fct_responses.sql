{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="response_id", on_schema_change="fail") }}
select
    {{ md5_hash(['turns.conversation_id', 'cast(turns.turn_number as varchar)']) }} as response_id,
    turns.conversation_id,
    conversations.source_system,
    conversations.customer_id,
    turns.agent_id,
    conversations.channel,
    conversations.team,
    conversations.topic,
    conversations.segment,
    conversations.excluded_reason,
    turns.turn_number,
    turns.started_at as asked_at,
    turns.ended_at as answered_at,
    cast(turns.minutes as double) as response_minutes,
    cast(turns.business_minutes as double) as response_business_minutes
from {{ ref('int_conversation_spans') }} as turns
inner join {{ ref('fct_conversations') }} as conversations
    on turns.conversation_id = conversations.conversation_id
where turns.measure = 'response'
order by turns.conversation_id, turns.turn_number
