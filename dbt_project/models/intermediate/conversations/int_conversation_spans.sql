-- Every response and resolution, in one list, so that calendar and business minutes are worked out once.
-- `ended_at` is NULL while a span runs. Stays in a status: int_status_span_minutes.
with spans as (
    -- First response: the first turn; by phone the wait of the first answered call.
    select
        turns.conversation_id,
        'first_response' as measure,
        turns.asked_at as started_at,
        turns.answered_at as ended_at,
        cast(null as bigint) as turn_number,
        turns.agent_id
    from {{ ref('int_conversation_turns') }} as turns
    inner join {{ ref('int_conversations') }} as conversations
        on turns.conversation_id = conversations.conversation_id
    left join {{ ref('int_conversation_calls') }} as calls
        on turns.conversation_id = calls.conversation_id and conversations.channel = 'phone'
    where turns.turn_number = 1 and calls.conversation_id is null

    union all

    select calls.conversation_id, 'first_response', calls.asked_at, calls.answered_at, null, null
    from {{ ref('int_conversation_calls') }} as calls
    inner join {{ ref('int_conversations') }} as conversations
        on calls.conversation_id = conversations.conversation_id
    where conversations.channel = 'phone' and calls.asked_at is not null

    union all

    select conversation_id, 'response', asked_at, answered_at, turn_number, agent_id
    from {{ ref('int_conversation_turns') }}

    union all

    select resolution.conversation_id, 'first_resolution', conversations.opened_at, resolution.first_solved_at, null, null
    from {{ ref('int_conversation_resolution') }} as resolution
    inner join {{ ref('int_conversations') }} as conversations
        on resolution.conversation_id = conversations.conversation_id

    union all

    select resolution.conversation_id, 'resolution', conversations.opened_at, resolution.resolved_at, null, null
    from {{ ref('int_conversation_resolution') }} as resolution
    inner join {{ ref('int_conversations') }} as conversations
        on resolution.conversation_id = conversations.conversation_id
)

select
    spans.conversation_id,
    spans.measure,
    spans.turn_number,
    spans.agent_id,
    spans.started_at,
    spans.ended_at,
    {{ minutes_between('spans.started_at', 'spans.ended_at') }} as minutes,
    {{ business_minutes('schedules.schedule_key', 'spans.started_at', 'spans.ended_at') }} as business_minutes
from spans
left join {{ ref('int_conversation_schedules') }} as schedules
    on spans.conversation_id = schedules.conversation_id
{{ join_working_time('schedules.schedule_key', 'spans.started_at', 'at_start') }}
{{ join_working_time('schedules.schedule_key', 'spans.ended_at', 'at_end') }}
