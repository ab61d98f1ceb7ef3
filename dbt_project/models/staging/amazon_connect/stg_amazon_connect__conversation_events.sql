with legs as (

    select
        leg_id, conversation_id, queued_at, team, answered_at, agent_id,
        -- What was before is said by every leg of a conversation.
        max(loaded_at) over (partition by conversation_id) as loaded_at
    from {{ ref('base_amazon_connect__legs') }}

),

-- Whom a conversation was with, and in which queue, leg after leg.
moves as (

    select
        'team' as event_type, leg_id, conversation_id, queued_at as occurred_at, team as new_value, loaded_at
    from legs
    where queued_at is not null and team is not null

    union all

    select
        'assignee' as event_type, leg_id, conversation_id, answered_at as occurred_at, agent_id as new_value, loaded_at
    from legs
    where answered_at is not null and agent_id is not null

),

told as (

    select
        moves.*,
        lag(new_value) over (partition by event_type, conversation_id order by occurred_at, leg_id) as old_value
    from moves

)

select
    ---------- ids
    'amazon_connect' as source_system,
    leg_id || '-' || event_type as remote_id,
    occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    conversation_id as conversation_remote_id,

    ---------- timestamps and text
    occurred_at,
    event_type,
    old_value,
    new_value,
    'system' as actor_type,
    cast(null as varchar) as actor_remote_id
from told
where old_value is distinct from new_value
