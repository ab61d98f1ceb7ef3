-- The export writes a change flat (`"status": "open"`), the audits endpoint by name (`field_name`,
-- `value`): both are read. A field set back to nothing has a null value, so its name is looked for.
with changes as (

    select
        *,
        coalesce(
            {{ json_text('element', 'field_name') }},
            case
                when element like '%"status":%' then 'status'
                when element like '%"group_id":%' then 'group_id'
                when element like '%"assignee_id":%' then 'assignee_id'
                when element like '%"priority":%' then 'priority'
            end
        ) as field_name,
        {{ json_text('element', 'previous_value') }} as old_value
    from {{ ref('base_zendesk__event_children') }}
    where event_type in ('Create', 'Change')

),

told as (

    select
        *,
        case field_name
            when 'status' then coalesce({{ json_text('element', 'status') }}, {{ json_text('element', 'value') }})
            when 'group_id' then coalesce({{ json_text('element', 'group_id') }}, {{ json_text('element', 'value') }})
            when 'assignee_id' then coalesce({{ json_text('element', 'assignee_id') }}, {{ json_text('element', 'value') }})
            when 'priority' then coalesce({{ json_text('element', 'priority') }}, {{ json_text('element', 'value') }})
        end as new_value
    from changes
    where field_name in ('status', 'group_id', 'assignee_id', 'priority')

),

named as (

    select
        told.child_id,
        told.ticket_id,
        told.occurred_at,
        case
            when told.field_name = 'status' and told.new_value = 'deleted' then 'deleted'
            when told.field_name = 'group_id' then 'team'
            when told.field_name = 'assignee_id' then 'assignee'
            else told.field_name
        end as event_type,
        case when told.field_name = 'group_id' then coalesce(old_team.name, told.old_value) else told.old_value end as old_value,
        case when told.field_name = 'group_id' then coalesce(new_team.name, told.new_value) else told.new_value end as new_value,
        told.updater_id,
        {{ newest(['told.loaded_at', 'old_team._loaded_at', 'new_team._loaded_at']) }} as loaded_at
    from told
    left join {{ source('raw_zendesk', 'groups') }} as old_team
        on told.field_name = 'group_id' and told.old_value = cast(old_team.id as varchar)
    left join {{ source('raw_zendesk', 'groups') }} as new_team
        on told.field_name = 'group_id' and told.new_value = cast(new_team.id as varchar)

    union all

    select
        child_id || '-' || ticket_id as child_id,
        ticket_id,
        occurred_at,
        'merged' as event_type,
        ticket_id as old_value,
        into_ticket_id as new_value,
        updater_id,
        loaded_at
    from {{ ref('base_zendesk__merges') }}

)

select
    ---------- ids
    'zendesk' as source_system,
    named.child_id as remote_id,
    named.occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['named.loaded_at', 'users.loaded_at']) }} as loaded_at,
    named.ticket_id as conversation_remote_id,

    ---------- what changed, and by whom
    named.occurred_at,
    named.event_type,
    named.old_value,
    named.new_value,
    case when named.updater_id = '-1' then 'system' else coalesce(users.author_type, 'system') end as actor_type,
    case when named.updater_id <> '-1' then named.updater_id end as actor_remote_id
from named
left join {{ ref('base_zendesk__users') }} as users on named.updater_id = users.user_id
