-- When a ticket came into a status, as far as it is known: Freshdesk keeps the last time of each, and
-- every state that a run saw is kept.
with states as (

    select
        cast(ticket_id as varchar) as ticket_id,
        status,
        {{ to_timestamp_utc('created_at') }} as created_at,
        {{ to_timestamp_utc('pending_since') }} as pending_since,
        {{ to_timestamp_utc('resolved_at') }} as resolved_at,
        {{ to_timestamp_utc('closed_at') }} as closed_at,
        {{ to_timestamp_utc('reopened_at') }} as reopened_at,
        {{ to_timestamp_utc('status_updated_at') }} as status_updated_at,
        _loaded_at as loaded_at
    from {{ source('raw_freshdesk', 'ticket_states') }}

),

-- A name that is no more decides as well.
last_fields as (

    select max(_loaded_at) as loaded_at from {{ source('raw_freshdesk', 'ticket_fields') }}

),

times as (

    {% for status, column in [
        ('open', 'created_at'), ('open', 'reopened_at'), ('pending', 'pending_since'),
        ('solved', 'resolved_at'), ('closed', 'closed_at')
    ] %}
    select ticket_id, '{{ status }}' as status, {{ column }} as occurred_at, loaded_at
    from states
    where {{ column }} is not null
    union all
    {% endfor %}
    select
        states.ticket_id,
        {{ freshdesk_status('states.status', 'choices.word') }} as status,
        states.status_updated_at as occurred_at,
        {{ newest(['states.loaded_at', 'last_fields.loaded_at']) }} as loaded_at
    from states
    left join {{ ref('base_freshdesk__choices') }} as choices
        on choices.field = 'status' and states.status = choices.number
    cross join last_fields
    where states.status_updated_at is not null

)

-- Of one instant the last in this order is what the ticket was left in.
select
    ticket_id,
    status,
    occurred_at,
    case status when 'open' then 0 when 'solved' then 2 when 'closed' then 3 else 1 end as position,
    max(loaded_at) as loaded_at
from times
where status is not null
group by ticket_id, status, occurred_at
