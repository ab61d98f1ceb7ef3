with cases as (

    select id as case_id, {{ to_timestamp_utc('closed_date') }} as closed_at, _loaded_at as loaded_at
    from {{ source('raw_salesforce', 'cases') }}
    where {{ to_boolean('is_closed') }}

),

statuses as (

    select * from {{ ref('base_salesforce__statuses') }}

),

-- A change of owner is written twice, by name and by id: only the id is of use.
changes as (

    select
        id, case_id, lower(field) as field, nullif(old_value, '') as old_value, nullif(new_value, '') as new_value,
        created_by_id, {{ to_timestamp_utc('created_date') }} as occurred_at, _loaded_at
    from {{ source('raw_salesforce', 'case_histories') }}
    where
        not coalesce({{ to_boolean('is_deleted') }}, false)
        and (
            lower(field) in ('status', 'priority')
            or (lower(field) = 'owner' and regexp_matches(new_value, '^00[5G][A-Za-z0-9]{12}([A-Za-z0-9]{3})?$'))
        )

),

tracked as (

    select case_id, max(_loaded_at) as loaded_at
    from changes
    where field = 'status'
    group by case_id

),

events as (

    select
        changes.id as event_id,
        changes.case_id,
        changes.occurred_at,
        case changes.field when 'owner' then 'assignee' else changes.field end as event_type,
        case changes.field
            when 'status' then {{ salesforce_status('changes.old_value', 'old.is_closed') }}
            when 'priority' then {{ salesforce_priority('changes.old_value') }}
            else {{ salesforce_user('changes.old_value') }}
        end as old_value,
        case changes.field
            when 'status' then {{ salesforce_status('changes.new_value', 'new.is_closed') }}
            when 'priority' then {{ salesforce_priority('changes.new_value') }}
            else {{ salesforce_user('changes.new_value') }}
        end as new_value,
        {{ salesforce_user('changes.created_by_id') }} as actor_id,
        {{ newest(['changes._loaded_at', 'old.loaded_at', 'new.loaded_at']) }} as loaded_at
    from changes
    left join statuses as old on {{ clean_word('changes.old_value') }} = old.word
    left join statuses as new on {{ clean_word('changes.new_value') }} = new.word

    union all

    -- Without a history of it, a status is known at the beginning and at the end alone.
    select
        'closed-' || cases.case_id, cases.case_id, cases.closed_at, 'status', 'open', 'closed', null,
        {{ newest(['cases.loaded_at', 'tracked.loaded_at']) }}
    from cases
    left join tracked on cases.case_id = tracked.case_id
    where cases.closed_at is not null and tracked.case_id is null

)

select
    ---------- ids
    'salesforce' as source_system,
    event_id as remote_id,
    occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    case_id as conversation_remote_id,

    ---------- what changed, and by whom
    occurred_at,
    event_type,
    old_value,
    new_value,
    case when actor_id is null then 'system' else 'agent' end as actor_type,
    actor_id as actor_remote_id
from events
where old_value is distinct from new_value
