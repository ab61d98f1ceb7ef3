-- What happened in the help centre, by whom, and when that customer next wrote or called.
with events as (
    select
        events.source_system,
        events.remote_id,
        events.occurred_at,
        events.event_type,
        events.article_remote_id,
        links.customer_id,
        -- Without a session id: a known customer's day is one visit, an unknown reader's event one of its own.
        coalesce(
            events.session_id,
            case
                when links.customer_id is not null then cast({{ metric_date('events.occurred_at') }} as varchar)
                else events.remote_id
            end
        ) as session_id,
        -- Who it was, as far as anything tells.
        coalesce(
            links.customer_id,
            {{ md5_hash(['events.source_system', 'events.contact_remote_id']) }},
            {{ md5_hash(['events.source_system', 'events.session_id']) }},
            events.remote_id
        ) as reader_id,
        {{ one_line('events.query') }} as query,
        events.results_count
    from {{ ref('int_article_events') }} as events
    left join {{ ref('int_contact_customers') }} as links
        on
            events.source_system = links.source_system
            and events.contact_remote_id = links.remote_id
),

contacts as (
    select customer_id, contact_at
    from {{ ref('int_customer_contacts') }}
)

select
    events.*,
    contacts.contact_at as next_contact_at,
    coalesce(
        contacts.contact_at <= events.occurred_at + {{ var('deflection_window_hours') }} * interval 1 hour, false
    ) as is_followed_by_contact
from events
-- The first contact after the event.
{{ asof_left_join() }} contacts
    on events.customer_id = contacts.customer_id and events.occurred_at < contacts.contact_at
