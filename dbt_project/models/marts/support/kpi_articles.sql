-- An article's part in visits: a visit counts for every article opened in it, in the month it was first opened.
{% set window = var('deflection_window_hours') ~ " * interval 1 hour" %}
with visits as (
    select
        source_system,
        article_remote_id,
        customer_id,
        min(occurred_at) as dated_at,
        count(*) as views,
        case
            when customer_id is not null and max(occurred_at) + {{ window }} <= {{ as_of() }}
                then not bool_or(is_followed_by_contact)
        end as is_deflected
    from {{ ref('int_self_service_events') }}
    where event_type = 'view' and article_remote_id is not null
    group by source_system, article_remote_id, customer_id, session_id
),

visited as (
    select
        {{ period_start('month', metric_date('dated_at')) }} as period_start,
        source_system,
        article_remote_id,
        cast(sum(views) as bigint) as views,
        count(*) as visits,
        count(distinct customer_id) as customers,
        count(*) filter (where is_deflected) as deflected_visits,
        count(is_deflected) as decided_visits,
        count(*) filter (where customer_id is not null and is_deflected is null) as undecided_visits
    from visits
    group by all
),

votes_and_contacts as (
    select
        {{ period_start('month', metric_date('dated_at')) }} as period_start,
        source_system,
        article_remote_id,
        count(*) filter (where kind = 'helpful') as helpful_votes,
        count(*) filter (where kind in ('helpful', 'not_helpful')) as votes,
        count(*) filter (where kind = 'contact') as contacts
    from (
        select source_system, article_remote_id, event_type as kind, occurred_at as dated_at
        from {{ ref('int_self_service_events') }}
        where event_type in ('helpful', 'not_helpful') and article_remote_id is not null
        union all
        select source_system, article_remote_id, 'contact', viewed_at
        from {{ ref('int_article_contacts') }}
    ) as signals
    group by all
),

months as (
    select
        coalesce(visited.period_start, others.period_start) as period_start,
        coalesce(visited.source_system, others.source_system) as source_system,
        coalesce(visited.article_remote_id, others.article_remote_id) as article_remote_id,
        {% for count in ["views", "visits", "customers", "deflected_visits", "decided_visits", "undecided_visits"] %}
        coalesce(visited.{{ count }}, 0) as {{ count }},
        {% endfor %}
        coalesce(others.helpful_votes, 0) as helpful_votes,
        coalesce(others.votes, 0) as votes,
        coalesce(others.contacts, 0) as contacts
    from visited
    full join votes_and_contacts as others
        on
            visited.period_start = others.period_start
            and visited.source_system = others.source_system
            and visited.article_remote_id = others.article_remote_id
)

select
    {{ md5_hash(["cast(months.period_start as varchar)", "months.source_system", "months.article_remote_id"]) }} as kpi_articles_id,
    {{ month_columns('months.period_start') }},
    months.source_system,
    months.article_remote_id,
    articles.title,
    articles.url,
    articles.locale,
    months.views,
    months.visits,
    months.customers,
    months.contacts,
    months.helpful_votes,
    months.votes,
    {{ share_columns('helpful_share', 'months.helpful_votes', 'months.votes') }},
    months.deflected_visits,
    months.decided_visits,
    months.undecided_visits,
    {{ share_columns('deflection', 'months.deflected_visits', 'months.decided_visits') }}
from months
left join {{ ref('int_articles') }} as articles
    on months.source_system = articles.source_system and months.article_remote_id = articles.remote_id
order by period_start, kpi_articles_id
