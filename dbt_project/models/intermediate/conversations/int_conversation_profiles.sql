-- Who, where, about what: a conversation's dimensions, and how much each side said.
with speakers as (
    select
        conversation_id,
        count(*) filter (where speaker = 'customer') as customer_messages,
        count(*) filter (where speaker = 'agent') as agent_messages,
        count(*) filter (where speaker = 'bot') as bot_messages,
        min(sent_at) filter (where speaker = 'customer') as first_customer_at,
        min(sent_at) filter (where speaker = 'agent') as first_agent_at
    from {{ ref('int_conversation_messages') }}
    group by conversation_id
)

select
    conversations.conversation_id,
    links.survivor_conversation_id,
    conversations.source_system,
    conversations.remote_id,
    conversations.channel,
    conversations.opened_at,
    conversations.priority,
    conversations.team,
    conversations.brand,
    links.excluded_reason,
    agents.agent_id,
    links.customer_id,
    links.account_id,
    links.segment,
    tags.topic,
    tags.tagged_messages,
    tags.negative_messages,
    tags.sentiment_sum,
    tags.sentiment_score,
    tags.sentiment_shift,
    tags.lowest_sentiment_score,
    tags.sentiment_path,
    tags.churn_intent,
    tags.complaint,
    tags.escalation_request,
    tags.refund_request,
    tags.own_topic,
    coalesce(speakers.customer_messages, 0) as customer_messages,
    coalesce(speakers.agent_messages, 0) as agent_messages,
    coalesce(speakers.bot_messages, 0) as bot_messages,
    coalesce(calls.answered_calls, 0) as answered_calls,
    coalesce(calls.is_abandoned, false) as is_abandoned,
    calls.handle_minutes,
    calls.first_agent_at as call_answered_at,
    case
        when speakers.first_agent_at is null then true
        when speakers.first_customer_at is null then coalesce(calls.inbound_calls > 0, false)
        else speakers.first_customer_at < speakers.first_agent_at
    end as is_customer_opened,
    conversations.channel = 'chatbot'
    or (conversations.channel = 'chat' and coalesce(speakers.bot_messages, 0) > 0) as is_bot_conversation
from {{ ref('int_conversations') }} as conversations
inner join {{ ref('int_conversation_links') }} as links
    on conversations.conversation_id = links.conversation_id
left join speakers
    on conversations.conversation_id = speakers.conversation_id
left join {{ ref('int_conversation_calls') }} as calls
    on conversations.conversation_id = calls.conversation_id
left join {{ ref('int_conversation_tags') }} as tags
    on conversations.conversation_id = tags.conversation_id
left join {{ ref('int_agent_identities') }} as agents
    on
        conversations.source_system = agents.source_system
        and conversations.assignee_agent_remote_id = agents.remote_id
where {{ in_scope('conversations.conversation_id') }}
