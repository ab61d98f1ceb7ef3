{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="status_span_id", on_schema_change="fail") }}
select
    {{ md5_hash(['spans.conversation_id', 'cast(spans.event_number as varchar)']) }} as status_span_id,
    spans.conversation_id,
    conversations.source_system,
    conversations.customer_id,
    conversations.channel,
    conversations.team,
    conversations.topic,
    conversations.segment,
    conversations.excluded_reason,
    spans.span_number,
    spans.previous_status,
    spans.status,
    spans.was_solved,
    spans.is_solved,
    spans.started_at,
    spans.ended_at,
    cast(spans.minutes as double) as minutes,
    cast(spans.business_minutes as double) as business_minutes
from {{ ref('int_status_span_minutes') }} as spans
inner join {{ ref('fct_conversations') }} as conversations
    on spans.conversation_id = conversations.conversation_id
order by spans.conversation_id, spans.span_number
