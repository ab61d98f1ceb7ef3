{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="kpi_daily_id", on_schema_change="fail", meta={"scope": "int_kpi_dates", "scope_column": "metric_date"}) }}
-- Everything but the backlog is the sum of its evidence; the backlog follows from moves in and out, and a test
-- holds it against its evidence. NPS takes a customer's latest answer of the day.
with added_up as (
    select {{ kpi_leaf_sums('first_date') }}
    from {{ ref('kpi_evidence') }}
    where kind in ('mean', 'share', 'count') and {{ date_in_scope('first_date') }}
    group by all
),

measures as (
    select * from added_up
    union all
    {{ nps_by('first_date', date_in_scope('first_date')) }}
    union all
    select
        metric_date,
        channel,
        team,
        topic,
        segment,
        'backlog',
        'level',
        cast(backlog as double),
        null,
        null
    from {{ ref('fct_backlog_daily') }}
    where backlog <> 0 and {{ date_in_scope('metric_date') }}
),

valued as (
    select
        *,
        {{ kpi_value() }} as value,
        100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
    from measures
)

select
    {{ kpi_leaf_id('period_start') }} as kpi_daily_id,
    period_start as metric_date,
    {{ kpi_leaf_columns() }}
from valued
order by metric_date, kpi, kpi_daily_id
