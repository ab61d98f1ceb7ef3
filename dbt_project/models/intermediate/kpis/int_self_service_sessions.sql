-- What a known customer did in the help centre in one go, and whether they wrote or called soon after.
-- Views without a session id are grouped by day. Inside the window it is undecided: NULL.
with events as (
    select
        links.customer_id,
        coalesce(events.session_id, cast({{ metric_date('events.occurred_at') }} as varchar)) as session_id,
        events.occurred_at,
        events.event_type,
        events.results_count
    from {{ ref('int_article_events') }} as events
    inner join {{ ref('int_contact_customers') }} as links
        on
            events.source_system = links.source_system
            and events.contact_remote_id = links.remote_id
    where events.event_type in ('view', 'search')
),

sessions as (
    select
        customer_id,
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) filter (where event_type = 'view') as views,
        count(*) filter (where event_type = 'search') as searches,
        count(*) filter (where event_type = 'search' and results_count = 0) as searches_without_result
    from events
    group by customer_id, session_id
),

contacts as (
    select customer_id, contact_at
    from {{ ref('int_customer_contacts') }}
),

followed as (
    select distinct sessions.customer_id, sessions.session_id
    from sessions
    inner join contacts
        on
            sessions.customer_id = contacts.customer_id
            and contacts.contact_at > sessions.started_at
            and contacts.contact_at <= sessions.ended_at + {{ var('deflection_window_hours') }} * interval 1 hour
)

select
    sessions.*,
    case
        when sessions.ended_at + {{ var('deflection_window_hours') }} * interval 1 hour <= {{ as_of() }}
            then followed.session_id is null
    end as is_deflected
from sessions
left join followed
    on sessions.customer_id = followed.customer_id and sessions.session_id = followed.session_id
