-- Conversations that followed an article: the customer reached out within 24 hours after a view. Each counts
-- once, for the article opened last before it: that one did not help.
with views as (
    select
        customer_id,
        occurred_at as viewed_at,
        source_system,
        -- Two articles opened in the same instant: one of them, always the same.
        max(article_remote_id) as article_remote_id
    from {{ ref('int_self_service_events') }}
    where event_type = 'view' and article_remote_id is not null and customer_id is not null
    group by customer_id, occurred_at, source_system
),

last_views as (
    select *
    from (
        select *, row_number() over (partition by customer_id, viewed_at order by source_system) as place
        from views
    ) as placed
    where place = 1
),

followed as (
    select
        moments.conversation_id,
        moments.contact_at,
        last_views.viewed_at,
        last_views.source_system,
        last_views.article_remote_id,
        row_number() over (partition by moments.conversation_id order by moments.contact_at) as place
    from {{ ref('int_customer_contacts') }} as moments
    {{ asof_left_join() }} last_views
        on moments.customer_id = last_views.customer_id and moments.contact_at > last_views.viewed_at
    where moments.contact_at <= last_views.viewed_at + {{ var('deflection_window_hours') }} * interval 1 hour
)

select conversation_id, source_system, article_remote_id, viewed_at, contact_at
from followed
where place = 1
