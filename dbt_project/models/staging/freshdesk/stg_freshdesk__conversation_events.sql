with statuses as (

    select
        *,
        lag(status) over (partition by ticket_id order by occurred_at, position, status) as old_status,
        lag(loaded_at) over (partition by ticket_id order by occurred_at, position, status) as old_loaded_at
    from {{ ref('base_freshdesk__status_times') }}

),

told as (

    select
        ticket_id,
        'status' as event_type,
        occurred_at,
        old_status as old_value,
        status as new_value,
        cast(null as varchar) as actor_id,
        {{ newest(['loaded_at', 'old_loaded_at']) }} as loaded_at
    from statuses
    where status is distinct from old_status

    union all

    select ticket_id, event_type, occurred_at, old_value, new_value, cast(null as varchar), loaded_at
    from {{ ref('base_freshdesk__state_changes') }}

    union all

    select ticket_id, 'merged', occurred_at, ticket_id, into_ticket_id, author_id, loaded_at
    from {{ ref('base_freshdesk__merges') }}

)

select
    ---------- ids
    'freshdesk' as source_system,
    ticket_id || '-' || event_type || '-' || cast({{ microseconds('occurred_at') }} as varchar)
    || case when event_type = 'status' then '-' || new_value else '' end as remote_id,
    occurred_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    ticket_id as conversation_remote_id,

    ---------- what changed; by whom, is told of merges only
    occurred_at,
    event_type,
    old_value,
    new_value,
    case when actor_id is not null then 'agent' end as actor_type,
    actor_id as actor_remote_id
from told
