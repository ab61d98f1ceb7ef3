-- Messages under the conversation that survived, with who really spoke: only a public message of a person
-- on the support side is `agent`; the directory unmasks bots that write as agents.
select
    merges.survivor_conversation_id as conversation_id,
    messages.source_system,
    messages.remote_id,
    messages.sent_at,
    messages.author_type,
    case
        when messages.author_type = 'agent' and agents.role = 'bot' then 'bot'
        when messages.author_type = 'agent' and not messages.is_public then 'note'
        else messages.author_type
    end as speaker,
    agents.agent_id,
    messages.is_public,
    messages.channel,
    messages.text_hash,
    length(messages.body) as characters
from {{ ref('int_messages') }} as messages
inner join {{ ref('int_conversations') }} as conversations
    on
        messages.source_system = conversations.source_system
        and messages.conversation_remote_id = conversations.remote_id
inner join {{ ref('int_conversation_merges') }} as merges
    on conversations.conversation_id = merges.conversation_id
left join {{ ref('int_agent_identities') }} as agents
    on
        messages.source_system = agents.source_system
        and messages.author_remote_id = agents.remote_id
        and messages.author_type = 'agent'
where not messages.remote_was_deleted and {{ in_scope('merges.survivor_conversation_id') }}
