{#- A view: as rows it would be every leaf on every day. -#}
{{ config(materialized="view") }}
-- `kpi_daily` says nothing of days on which nothing waits. Whoever takes the last row of a month would take that of
-- an earlier day; with the zeros here, the last day is the last day.
with levels as (
    select metric_date, channel, team, topic, segment, kpi, numerator
    from {{ ref('kpi_daily') }}
    where kind = 'level'
),

leaves as (
    select channel, team, topic, segment, kpi
    from levels
    group by all
    order by kpi, channel nulls last, team nulls last, topic nulls last, segment nulls last
)

select *
from levels
union all
select dates.calendar_date, leaves.channel, leaves.team, leaves.topic, leaves.segment, leaves.kpi, 0
from leaves
cross join {{ ref('dim_dates') }} as dates
