with parts as (

    select * from {{ ref('base_intercom__parts') }}

),

teams as (

    select * from {{ source('raw_intercom', 'teams') }}

),

changes as (

    -- A conversation begins open; Intercom has no part for that.
    select
        'opened-' || conversation_id as event_id,
        conversation_id,
        created_at as occurred_at,
        0 as position,
        'status' as event_type,
        'open' as new_value,
        author_type as actor_type,
        author_id as actor_id,
        loaded_at
    from {{ ref('base_intercom__sources') }}

    union all

    select
        part_id, conversation_id, created_at, position, 'status',
        case
            when part_type = 'close' then 'closed'
            when part_type = 'snoozed' then 'pending'
            else 'open'
        end,
        author_type, author_id, loaded_at
    from parts
    where part_type in (
        'open', 'close', 'snoozed', 'unsnoozed', 'timer_unsnooze', 'assign_and_reopen',
        'note_and_reopen', 'assign_and_unsnooze'
    )

    union all

    select
        part_id || '-snoozed', conversation_id, created_at, position, 'snoozed',
        cast(null as varchar), author_type, author_id, loaded_at
    from parts
    where part_type = 'snoozed'

    union all

    select
        parts.part_id || '-assigned', parts.conversation_id, parts.created_at, parts.position,
        case when parts.assigned_to_kind = 'team' then 'team' else 'assignee' end,
        case when parts.assigned_to_kind = 'team' then coalesce(teams.name, parts.assigned_to_id) else parts.assigned_to_id end,
        parts.author_type, parts.author_id, {{ newest(['parts.loaded_at', 'teams._loaded_at']) }}
    from parts
    left join teams on parts.assigned_to_kind = 'team' and parts.assigned_to_id = teams.id
    where parts.assigned_to_kind in ('admin', 'team', 'bot')

),

-- Intercom tells only what a thing became: what it was is what it last became.
told as (

    select
        *,
        lag(new_value) over (
            partition by conversation_id, event_type order by occurred_at, position
        ) as old_value,
        lag(loaded_at) over (
            partition by conversation_id, event_type order by occurred_at, position
        ) as old_loaded_at
    from changes

)

select
    ---------- ids
    'intercom' as source_system,
    event_id as remote_id,
    occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['loaded_at', 'old_loaded_at']) }} as loaded_at,
    conversation_id as conversation_remote_id,

    ---------- what changed, and by whom
    occurred_at,
    event_type,
    case when event_type <> 'snoozed' then old_value end as old_value,
    new_value,
    actor_type,
    actor_id as actor_remote_id
from told
where event_type = 'snoozed' or old_value is null or new_value <> old_value
