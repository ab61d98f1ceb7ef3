{#- Queries are customers' own words. One is shown when enough different people typed it and it is no customer's
    name and holds neither an address nor five digits (phone, order, card); the others are one row without words. -#}
with names as (
    select distinct {{ one_line('name') }} as name
    from {{ ref('int_contacts') }}
    -- A first name alone is a word like others.
    where name like '% %'
),

searches as (
    select *
    from {{ ref('int_self_service_events') }}
    where
        event_type = 'search'
        and query is not null
        and {{ metric_date('occurred_at') }} > {{ last_metric_date() }} - {{ var('content_gap_days') }}
),

queries as (
    select
        query,
        count(distinct reader_id) >= {{ var('content_gap_searchers') }}
        and query not like '%@%'
        and query not like '%＠%'
        and {{ digits_in('query') }} < 5
        and query not in (select name from names where name is not null) as is_shown
    from searches
    group by query
    having count(*) filter (where results_count = 0) > 0
),

gaps as (
    select
        case when queries.is_shown then queries.query end as query,
        count(distinct queries.query) as queries,
        count(*) as searches,
        count(*) filter (where searches.results_count = 0) as searches_without_result,
        count(searches.results_count) as searches_with_known_result,
        count(distinct searches.reader_id) as searchers,
        count(distinct searches.customer_id) as customers,
        count(*) filter (where searches.is_followed_by_contact) as searches_before_contact,
        max(searches.occurred_at) as last_searched_at
    from queries
    inner join searches
        on queries.query = searches.query
    group by case when queries.is_shown then queries.query end
)

select
    {{ md5_hash(["coalesce(query, '')"]) }} as kpi_content_gaps_id,
    query,
    case when query is null then queries else 0 end as withheld_queries,
    searches,
    searches_without_result,
    {{ share_columns('without_result_share', 'searches_without_result', 'searches_with_known_result') }},
    searchers,
    customers,
    searches_before_contact,
    last_searched_at,
    {{ last_metric_date() }} - {{ var('content_gap_days') - 1 }} as window_start,
    {{ last_metric_date() }} as window_end
from gaps
order by searches_without_result desc nulls last, query nulls last
