-- A visit belongs to the month it began in. Deflection is the same as in kpi_monthly.
with visits as (
    select
        {{ period_start('month', metric_date('started_at')) }} as period_start,
        segment,
        customer_id,
        views,
        searches,
        searches_without_result,
        is_deflected
    from {{ ref('fct_self_service_sessions') }}

    union all

    -- Readers whom nobody knows: no contact of theirs can be found, so they are no part of deflection.
    select
        {{ period_start('month', metric_date('min(occurred_at)')) }},
        null,
        null,
        count(*) filter (where event_type = 'view'),
        count(*) filter (where event_type = 'search'),
        count(*) filter (where event_type = 'search' and results_count = 0),
        null
    from {{ ref('int_self_service_events') }}
    where customer_id is null and event_type in ('view', 'search')
    group by source_system, session_id
),

months as (
    select
        period_start,
        segment,
        count(*) as visits,
        count(*) filter (where customer_id is null) as anonymous_visits,
        count(distinct customer_id) as customers,
        cast(sum(views) as bigint) as views,
        cast(sum(searches) as bigint) as searches,
        cast(sum(searches_without_result) as bigint) as searches_without_result,
        count(*) filter (where is_deflected) as deflected_visits,
        count(is_deflected) as decided_visits,
        count(*) filter (where customer_id is not null and is_deflected is null) as undecided_visits
    from visits
    group by period_start, segment
)

select
    {{ md5_hash(["cast(period_start as varchar)", "coalesce(segment, '')"]) }} as kpi_self_service_id,
    {{ month_columns('period_start') }},
    segment,
    visits,
    anonymous_visits,
    customers,
    views,
    searches,
    searches_without_result,
    deflected_visits,
    decided_visits,
    undecided_visits,
    {{ share_columns('deflection', 'deflected_visits', 'decided_visits') }}
from months
order by period_start, kpi_self_service_id
