{{ config(materialized="view") }}
-- What a customer did outside conversations: answers to surveys, purchases, visits to the help centre.
{% set deals = ["orders", "subscriptions", "article_events"] %}
with {% for deal in deals %}
{{ deal }} as (
    select
        links.customer_id,
        {{ md5_hash(['deals.source_system', 'deals.remote_id']) }} as deal_id,
        deals.*
    from {{ ref('int_' ~ deal) }} as deals
    inner join {{ ref('int_contact_customers') }} as links
        on
            deals.source_system = links.source_system
            and deals.contact_remote_id = links.remote_id
    {% if is_delta() %}
    where exists (
        select 1 from {{ ref('int_timeline_news') }} as news
        where news.entity = '{{ deal }}' and news.source_system = deals.source_system and news.remote_id = deals.remote_id
    )
    {% endif %}
),
{% endfor %}

-- Help centres often stand in one system only, and its articles are named by their id alone.
articles as (
    select
        remote_id,
        source_system,
        title,
        count(*) over (partition by remote_id) as systems
    from {{ ref('int_articles') }}
)

select
    'survey:' || response_id as timeline_id,
    customer_id,
    answered_at as occurred_at,
    'survey_response' as kind,
    'survey' as channel,
    source_system,
    remote_id,
    conversation_id,
    'customer' as actor_type,
    upper(survey_type) || ' ' || {{ number_text('score') }} || ' of ' || {{ number_text('scale_max') }} as summary,
    excluded_reason
from {{ ref('fct_survey_responses') }}
where is_response and customer_id is not null
    {% if is_delta() %}
    and (
        'survey:' || response_id in (select timeline_id from {{ ref('int_timeline_news') }})
        or {{ in_scope('conversation_id', 'int_timeline_scope') }}
    )
    {% endif %}

union all

select
    'order:' || deal_id, customer_id, ordered_at, 'order', null, source_system, remote_id, null, 'customer',
    'order' || coalesce(' of ' || {{ money_text('amount', 'currency') }}, '') || coalesce(', ' || status, ''), null
from orders
{% for column, kind, happened in [
    ("started_at", "subscription_started", "started"),
    ("cancel_requested_at", "cancel_requested", "to be cancelled"),
    ("ended_at", "subscription_ended", "ended"),
] %}

union all

select
    '{{ kind }}:' || deal_id, customer_id, {{ column }}, '{{ kind }}', null, source_system, remote_id, null, 'customer',
    'subscription' || coalesce(' ' || plan, '') || ' {{ happened }}'
    || coalesce(', ' || {{ money_text('amount_per_month', 'currency') }} || ' a month', ''), null
from subscriptions
where {{ column }} is not null
{% endfor %}

union all

-- What was searched for stays behind: it is the customer's own text.
select
    'article:' || article_events.deal_id,
    article_events.customer_id,
    article_events.occurred_at,
    case
        when article_events.event_type in ('helpful', 'not_helpful') then 'article_vote'
        else 'article_' || article_events.event_type
    end,
    'self_service',
    article_events.source_system,
    article_events.remote_id,
    null,
    'customer',
    case article_events.event_type
        when 'search' then
            'searched the help centre'
            || coalesce(', results: ' || cast(article_events.results_count as varchar), '')
        when 'view' then 'read ' || coalesce(articles.title, 'an article')
        else 'found ' || {{ words('article_events.event_type') }} || ': ' || coalesce(articles.title, 'an article')
    end,
    null
from article_events
left join articles
    on
        article_events.article_remote_id = articles.remote_id
        and (article_events.source_system = articles.source_system or articles.systems = 1)
