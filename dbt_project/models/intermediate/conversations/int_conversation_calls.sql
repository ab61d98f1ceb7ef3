-- Voice: what the calls of a conversation add up to. Waiting is ring → answer of the first answered
-- inbound call; an abandoned call has none.
with calls as (
    select
        merges.survivor_conversation_id as conversation_id,
        calls.ring_at,
        calls.direction,
        calls.outcome = 'abandoned' as is_abandoned,
        case when calls.outcome = 'answered' then calls.answered_at end as answered_at,
        calls.talk_seconds,
        calls.hold_seconds,
        calls.wrap_seconds
    from {{ ref('int_calls') }} as calls
    inner join {{ ref('int_conversations') }} as conversations
        on
            calls.source_system = conversations.source_system
            and calls.conversation_remote_id = conversations.remote_id
    inner join {{ ref('int_conversation_merges') }} as merges
        on conversations.conversation_id = merges.conversation_id
    where {{ in_scope('merges.survivor_conversation_id') }}
)

select
    conversation_id,
    count(*) as calls,
    count(*) filter (where answered_at is not null) as answered_calls,
    count(*) filter (where direction = 'inbound') as inbound_calls,
    min(ring_at) filter (where direction = 'inbound' and answered_at is not null) as asked_at,
    min_by(answered_at, ring_at) filter (where direction = 'inbound' and answered_at is not null) as answered_at,
    min(answered_at) as first_agent_at,
    coalesce(
        bool_or(is_abandoned) and count(*) filter (where answered_at is not null) = 0, false
    ) as is_abandoned,
    {{ exact_sum(
        'coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0)',
        'answered_at is not null'
    ) }} / 60.0 as handle_minutes
from calls
group by conversation_id
