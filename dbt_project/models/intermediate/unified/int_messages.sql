with unified as (
    {{ union_sources('messages') }}
)

select
    unified.source_system,
    unified.remote_id,
    unified.remote_updated_at,
    unified.remote_was_deleted,
    unified.merged_into_remote_id,
    {{ newest(['unified.loaded_at', 'conversations.loaded_at']) }} as loaded_at,
    unified.conversation_remote_id,
    unified.sent_at,
    unified.author_type,
    unified.author_remote_id,
    unified.is_public,
    unified.body,
    conversations.channel,
    md5(nullif(unified.body, '')) as text_hash
from unified
left join {{ ref('int_conversations') }} as conversations
    on
        unified.source_system = conversations.source_system
        and unified.conversation_remote_id = conversations.remote_id
where unified.sent_at <= {{ as_of() }}
