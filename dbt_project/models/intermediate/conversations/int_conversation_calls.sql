-- Voice: what the calls of a conversation add up to. Waiting is ring → answer of the first answered
-- inbound call; an abandoned call has none. An answer before the ring is one at the ring; parts below zero are
-- not known; unknown talk is answer → end less hold.
with calls as (
    select
        merges.survivor_conversation_id as conversation_id,
        calls.ring_at,
        calls.direction,
        calls.outcome = 'abandoned' as is_abandoned,
        case
            when calls.outcome = 'answered' and calls.answered_at is not null then greatest(calls.answered_at, calls.ring_at)
        end as answered_at,
        calls.ended_at,
        case when calls.talk_seconds >= 0 then calls.talk_seconds end as talk_seconds,
        case when calls.hold_seconds >= 0 then calls.hold_seconds else 0 end as hold_seconds,
        case when calls.wrap_seconds >= 0 then calls.wrap_seconds else 0 end as wrap_seconds
    from {{ ref('int_calls') }} as calls
    inner join {{ ref('int_conversations') }} as conversations
        on
            calls.source_system = conversations.source_system
            and calls.conversation_remote_id = conversations.remote_id
    inner join {{ ref('int_conversation_merges') }} as merges
        on conversations.conversation_id = merges.conversation_id
    where {{ in_scope('merges.survivor_conversation_id') }}
),

handled as (
    select
        *,
        coalesce(
            talk_seconds,
            case
                when ended_at >= answered_at
                    then greatest({{ minutes_between('answered_at', 'ended_at') }} * 60 - hold_seconds, 0)
            end
        ) + hold_seconds + wrap_seconds as handle_seconds
    from calls
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
    {{ exact_sum('handle_seconds', 'answered_at is not null') }} / 60.0 as handle_minutes
from handled
group by conversation_id
