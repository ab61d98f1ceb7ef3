-- How often a conversation moved between teams or was raised in priority. The first assignment is no move.
with changes as (
    select
        conversations.conversation_id,
        events.event_type,
        events.new_value,
        coalesce(
            lag(events.new_value) over (
                partition by conversations.conversation_id, events.event_type
                order by events.occurred_at, length(events.remote_id), events.remote_id
            ),
            events.old_value
        ) as old_value
    from {{ ref('int_conversation_events') }} as events
    inner join {{ ref('int_conversations') }} as conversations
        on
            events.source_system = conversations.source_system
            and events.conversation_remote_id = conversations.remote_id
    where events.event_type in ('team', 'priority') and {{ in_scope('conversations.conversation_id') }}
),

ranked as (
    select
        *,
        {{ priority_rank('new_value') }} > {{ priority_rank('old_value') }} as is_raised
    from changes
)

select
    conversation_id,
    count(*) filter (where event_type = 'team' and new_value <> old_value) as team_transfers,
    count(*) filter (where event_type = 'priority' and is_raised) as escalations
from ranked
group by conversation_id
