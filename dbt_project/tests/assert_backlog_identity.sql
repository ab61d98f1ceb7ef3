-- backlog(d) = backlog(d - 1) + opened + reopened - solved, those opened as solved left out, over all dates and leaves;
-- and the ages of a date, channel and team add up to its backlog.
with dates as (
    select metric_date, sum(backlog) as backlog, sum(opened - opened_solved + reopened - solved) as moved
    from {{ ref('fct_backlog_daily') }}
    group by metric_date
),

in_order as (
    select
        *,
        coalesce(lag(backlog) over (order by metric_date), 0) as before,
        lag(metric_date) over (order by metric_date) as date_before
    from dates
),

by_leaf as (
    select metric_date, channel, team, sum(backlog) as waiting
    from {{ ref('fct_backlog_daily') }}
    group by metric_date, channel, team
    having sum(backlog) <> 0
),

by_age as (
    select metric_date, channel, team, sum(waiting) as waiting
    from {{ ref('kpi_backlog') }}
    group by metric_date, channel, team
)

select metric_date, 'identity' as broken
from in_order
where backlog <> before + moved or (metric_date > date_before + 1 and before <> 0)

union all

select metric_date, 'ages'
from ((select * from by_leaf except select * from by_age) union all (select * from by_age except select * from by_leaf)) as differing
