{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="message_id", on_schema_change="fail") }}
select
    {{ md5_hash(['messages.source_system', 'messages.remote_id']) }} as message_id,
    messages.conversation_id,
    messages.source_system,
    messages.remote_id,
    profiles.customer_id,
    messages.agent_id,
    messages.channel,
    messages.sent_at,
    messages.author_type,
    messages.speaker,
    messages.is_public,
    messages.text_hash,
    messages.characters,
    profiles.excluded_reason,
    {% for column in message_tag_columns() %}
    case when messages.speaker = 'customer' then tags.{{ column }} end as {{ column }},
    {% endfor %}
    case when messages.speaker = 'customer' then tags.model_version end as tagger_version
from {{ ref('int_conversation_messages') }} as messages
inner join {{ ref('int_conversation_profiles') }} as profiles
    on messages.conversation_id = profiles.conversation_id
left join {{ ref('int_text_tags') }} as tags
    on messages.text_hash = tags.text_hash
order by messages.conversation_id, messages.sent_at, message_id
