-- The calendar of the KPIs: from the first day that has one to the last that the run knows anything of.
with dates as (
    {{ date_spine("(select min(metric_date) from " ~ ref('kpi_daily') ~ ")", last_metric_date()) }}
)

select
    calendar_date,
    {{ period_start('week', 'calendar_date') }} as week_start,
    {{ period_start('month', 'calendar_date') }} as month_start,
    {{ period_start('quarter', 'calendar_date') }} as quarter_start,
    {{ period_start('year', 'calendar_date') }} as year_start
from dates
order by calendar_date
