-- Conversations and what happened in them that cannot be as the source says. The rules are in the seed
-- data_issue_rules; one row per rule and record.
with events as (
    select
        events.*,
        conversations.opened_at,
        conversations.conversation_id
    from {{ ref('int_conversation_events') }} as events
    left join {{ ref('int_conversations') }} as conversations
        on events.source_system = conversations.source_system and events.conversation_remote_id = conversations.remote_id
),

messages as (
    select
        messages.source_system,
        messages.remote_id,
        messages.conversation_remote_id,
        messages.sent_at,
        conversations.opened_at,
        conversations.conversation_id
    from {{ ref('int_messages') }} as messages
    left join {{ ref('int_conversations') }} as conversations
        on messages.source_system = conversations.source_system and messages.conversation_remote_id = conversations.remote_id
    where not messages.remote_was_deleted and (conversations.opened_at > messages.sent_at or conversations.opened_at is null)
)

select 'status_word_unknown' as rule, source_system, 'conversations' as entity, remote_id, unknown_status as found
from {{ ref('int_conversations') }}
where unknown_status is not null

union all

select 'status_word_unknown', source_system, 'conversation_events', remote_id, unknown_status
from events
where unknown_status is not null

union all

select 'status_before_opening', source_system, 'conversation_events', remote_id, new_value || {{ early('occurred_at', 'opened_at') }}
from events
where event_type = 'status' and occurred_at < opened_at

union all

-- Without status events the last update dates the status.
select 'status_before_opening', source_system, 'conversations', remote_id, status || {{ early('remote_updated_at', 'opened_at') }}
from {{ ref('int_conversations') }}
where
    status not in ('new', 'deleted')
    and remote_updated_at < opened_at
    and conversation_id not in (
        select conversation_id from events where event_type = 'status' and conversation_id is not null
    )

union all

select 'event_without_conversation', source_system, 'conversation_events', remote_id, conversation_remote_id
from events
where conversation_id is null

union all

select 'message_before_opening', source_system, 'messages', remote_id, conversation_remote_id || {{ early('sent_at', 'opened_at') }}
from messages
where conversation_id is not null

union all

select 'message_without_conversation', source_system, 'messages', remote_id, conversation_remote_id
from messages
where conversation_id is null

union all

select chains.merge_fault, conversations.source_system, 'conversations', conversations.remote_id, chains.merged_into_remote_id
from {{ ref('int_conversation_merge_chains') }} as chains
inner join {{ ref('int_conversations') }} as conversations
    on chains.conversation_id = conversations.conversation_id
where chains.merge_fault is not null

union all

select 'schedule_without_hours', conversations.source_system, 'conversations', conversations.remote_id, conversations.schedule_id
from {{ ref('int_conversations') }} as conversations
where
    conversations.schedule_id is not null
    and conversations.schedule_id not in (
        select schedule_id from {{ ref('int_schedule_hours') }} where schedule_id is not null
    )

union all

select 'agent_unknown', mentioned.source_system, 'agents', mentioned.remote_id, null
from {{ ref('int_agent_identities') }} as mentioned
left join {{ ref('int_agents') }} as agents
    on mentioned.source_system = agents.source_system and mentioned.remote_id = agents.remote_id
where agents.remote_id is null
