with stages as (

    select * from {{ ref('base_hubspot__stages') }}

),

owners as (

    select * from {{ source('raw_hubspot', 'owners') }}

),

items as (

    select * from {{ ref('base_hubspot__thread_items') }} where ticket_id is null

),

changes as (

    select
        former.ticket_id || '-' || former.property || '-' || cast({{ microseconds('former.changed_at') }} as varchar) as event_id,
        former.ticket_id as conversation_id,
        former.changed_at as occurred_at,
        former.age as position,
        case former.property
            when 'hs_pipeline_stage' then 'status'
            when 'hubspot_owner_id' then 'assignee'
            else 'priority'
        end as event_type,
        case former.property
            when 'hs_pipeline_stage' then coalesce(stages.status, 'open')
            when 'hs_ticket_priority' then {{ hubspot_priority('former.value') }}
            else former.value
        end as new_value,
        former.user_id,
        {{ newest(['former.loaded_at', 'stages.loaded_at']) }} as loaded_at
    from {{ ref('base_hubspot__former_values') }} as former
    left join stages on former.property = 'hs_pipeline_stage' and former.value = stages.stage_id

    union all

    -- A thread begins open; there is no item for that.
    select
        'opened-' || conversation_id, conversation_id, opened_at, -1, 'status', 'open', null, loaded_at
    from {{ ref('base_hubspot__lone_threads') }}

    union all

    select
        item_id, conversation_id, created_at, position, 'status',
        case upper(new_status) when 'CLOSED' then 'closed' else 'open' end,
        case when actor_id like 'A-%' then substr(actor_id, 3) end, loaded_at
    from items
    where item_type = 'THREAD_STATUS_CHANGE'

    union all

    select
        items.item_id, items.conversation_id, items.created_at, items.position, 'assignee',
        coalesce(owners.id, items.assigned_to),
        case when items.actor_id like 'A-%' then substr(items.actor_id, 3) end,
        {{ newest(['items.loaded_at', 'owners._loaded_at']) }}
    from items
    left join owners on items.assigned_to = 'A-' || cast(owners.user_id as varchar)
    where items.item_type = 'ASSIGNMENT'

),

-- HubSpot tells only what a thing became: what it was is what it last became.
told as (

    select
        *,
        lag(new_value) over (
            partition by conversation_id, event_type order by occurred_at, position, event_id
        ) as old_value,
        lag(loaded_at) over (
            partition by conversation_id, event_type order by occurred_at, position, event_id
        ) as old_loaded_at,
        row_number() over (partition by event_id order by position desc nulls last) as nth
    from changes

)

select
    ---------- ids
    'hubspot' as source_system,
    told.event_id as remote_id,
    told.occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['told.loaded_at', 'told.old_loaded_at', 'owners._loaded_at']) }} as loaded_at,
    told.conversation_id as conversation_remote_id,

    ---------- what changed, and by whom
    told.occurred_at,
    told.event_type,
    told.old_value,
    told.new_value,
    case when told.user_id is null then 'system' else 'agent' end as actor_type,
    coalesce(owners.id, told.user_id) as actor_remote_id
from told
left join owners on told.user_id = cast(owners.user_id as varchar)
where told.nth = 1 and told.old_value is distinct from told.new_value
