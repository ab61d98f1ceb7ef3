-- What a known customer did in the help centre in one go, and whether they wrote or called soon after.
-- Inside the window it is undecided: NULL.
{% set window = var('deflection_window_hours') ~ " * interval 1 hour" %}
select
    customer_id,
    session_id,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    count(*) filter (where event_type = 'view') as views,
    count(*) filter (where event_type = 'search') as searches,
    count(*) filter (where event_type = 'search' and results_count = 0) as searches_without_result,
    case
        when max(occurred_at) + {{ window }} <= {{ as_of() }}
            then coalesce(min(next_contact_at) > max(occurred_at) + {{ window }}, true)
    end as is_deflected
from {{ ref('int_self_service_events') }}
where customer_id is not null and event_type in ('view', 'search')
group by customer_id, session_id
