-- A conversation's stays in its statuses, from opening to now. Without status events it takes its own
-- `status` at its last update. A status before the opening counts from the opening.
with status_events as (
    select
        conversations.conversation_id,
        conversations.opened_at,
        events.remote_id,
        greatest(events.occurred_at, conversations.opened_at) as occurred_at,
        events.old_value,
        events.new_value
    from {{ ref('int_conversation_events') }} as events
    inner join {{ ref('int_conversations') }} as conversations
        on
            events.source_system = conversations.source_system
            and events.conversation_remote_id = conversations.remote_id
    where
        events.event_type = 'status'
        and events.new_value is not null
        and {{ in_scope('conversations.conversation_id') }}
),

own_status as (
    select
        conversation_id,
        opened_at,
        remote_id,
        greatest(remote_updated_at, opened_at) as occurred_at,
        'new' as old_value,
        status as new_value
    from {{ ref('int_conversations') }}
    where
        status is not null
        and remote_updated_at is not null
        and conversation_id not in (select conversation_id from status_events)
        and {{ in_scope('conversation_id') }}
),

ordered as (
    select
        *,
        lag(new_value) over (
            partition by conversation_id order by occurred_at, length(remote_id), remote_id
        ) as value_before,
        row_number() over (
            partition by conversation_id order by occurred_at, length(remote_id), remote_id
        ) as event_number
    from (select * from status_events union all select * from own_status) as known
),

changes as (
    select
        conversation_id,
        event_number,
        coalesce(value_before, old_value, 'new') as previous_status,
        new_value as status,
        occurred_at as started_at
    from ordered
    where coalesce(value_before, old_value, 'new') <> new_value
),

-- The stay before the first change, and the only stay of a conversation that never changed.
openings as (
    select
        conversations.conversation_id,
        0 as event_number,
        cast(null as varchar) as previous_status,
        coalesce(first_changes.previous_status, first_events.new_value, conversations.status, 'new') as status,
        conversations.opened_at as started_at
    from {{ ref('int_conversations') }} as conversations
    left join (
        select conversation_id, min_by(previous_status, event_number) as previous_status
        from changes
        group by conversation_id
    ) as first_changes
        on conversations.conversation_id = first_changes.conversation_id
    left join ordered as first_events
        on
            conversations.conversation_id = first_events.conversation_id
            and first_events.event_number = 1
    where {{ in_scope('conversations.conversation_id') }}
)

select
    conversation_id,
    event_number,
    row_number() over (partition by conversation_id order by event_number) as span_number,
    previous_status,
    status,
    started_at,
    lead(started_at) over (partition by conversation_id order by event_number) as ended_at,
    status in ('solved', 'closed') as is_solved,
    coalesce(previous_status in ('solved', 'closed'), false) as was_solved
from (select * from openings union all select * from changes) as spans
