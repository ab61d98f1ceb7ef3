-- What a known customer did in the help centre in one go, and whether they wrote or called soon after.
-- Views without a session id are grouped by day. Inside the window it is undecided: NULL.
with events as (
    select
        links.customer_id,
        coalesce(events.session_id, cast({{ metric_date('events.occurred_at') }} as varchar)) as session_id,
        events.occurred_at
    from {{ ref('int_article_events') }} as events
    inner join {{ ref('int_contact_customers') }} as links
        on
            events.source_system = links.source_system
            and events.contact_remote_id = links.remote_id
    where events.event_type in ('view', 'search')
),

sessions as (
    select customer_id, session_id, min(occurred_at) as started_at, max(occurred_at) as ended_at
    from events
    group by customer_id, session_id
),

contacts as (
    select customer_id, contact_at
    from {{ ref('int_contact_moments') }}
    where reached_by = 'customer'
)

select
    sessions.customer_id,
    sessions.session_id,
    sessions.started_at,
    sessions.ended_at,
    case
        when sessions.ended_at + {{ var('deflection_window_hours') }} * interval 1 hour <= {{ as_of() }}
            then count(contacts.contact_at) = 0
    end as is_deflected
from sessions
left join contacts
    on
        sessions.customer_id = contacts.customer_id
        and contacts.contact_at > sessions.started_at
        and contacts.contact_at <= sessions.ended_at + {{ var('deflection_window_hours') }} * interval 1 hour
group by sessions.customer_id, sessions.session_id, sessions.started_at, sessions.ended_at
