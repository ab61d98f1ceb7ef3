-- What a ticket's team, assignee and priority were whenever a run saw it.
with states as (

    select
        cast(states.ticket_id as varchar) as ticket_id,
        {{ to_timestamp_utc('states.created_at') }} as created_at,
        {{ to_timestamp_utc('states.updated_at') }} as updated_at,
        coalesce(groups.name, cast(states.group_id as varchar)) as team,
        cast(states.responder_id as varchar) as assignee,
        {{ freshdesk_priority('states.priority') }} as priority,
        states._loaded_at as loaded_at,
        {{ newest(['states._loaded_at', 'groups._loaded_at']) }} as team_loaded_at,
        row_number() over (partition by states.ticket_id order by states.updated_at) as nth
    from {{ source('raw_freshdesk', 'ticket_states') }} as states
    left join {{ source('raw_freshdesk', 'groups') }} as groups on states.group_id = groups.id

),

told as (

    {% for name, loaded_at in [('team', 'team_loaded_at'), ('assignee', 'loaded_at'), ('priority', 'loaded_at')] %}
    select
        ticket_id,
        '{{ name }}' as event_type,
        -- The first state seen may have been so from the beginning.
        case when nth = 1 then created_at else updated_at end as occurred_at,
        nth,
        {{ name }} as new_value,
        lag({{ name }}) over (partition by ticket_id order by nth) as old_value,
        {{ loaded_at }} as loaded_at,
        lag({{ loaded_at }}) over (partition by ticket_id order by nth) as old_loaded_at
    from states
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    ticket_id,
    event_type,
    occurred_at,
    old_value,
    new_value,
    {{ newest(['loaded_at', 'old_loaded_at']) }} as loaded_at
from told
where new_value is distinct from old_value
