{#- The leaves of the dimensions of a period (SQL), and what their rows add up to; to be grouped by all. -#}
{% macro kpi_leaf_sums(period, squares="cast(null as double)") -%}
    {{ period }} as period_start,
    channel,
    team,
    topic,
    segment,
    kpi,
    kind,
    {{ exact_sum('numerator') }} as numerator,
    {{ exact_sum('denominator') }} as denominator,
    {{ squares }} as squares
{%- endmacro %}

{#- NPS of each period of `kpi_evidence`: of a customer's answers in it the latest counts, so periods do not add
    up. `period` is SQL over the evidence; the leaves of the dimensions are those of that answer. -#}
{% macro nps_by(period, where="true") -%}
    select {{ kpi_leaf_sums('period_start', exact_sum('numerator * numerator')) }}
    from (
        select
            {{ period }} as period_start,
            *,
            row_number() over (
                partition by {{ period }}, coalesce(customer_id, record_id)
                order by dated_at desc nulls last, record_id
            ) as recency
        from {{ ref('kpi_evidence') }}
        where kind = 'nps' and {{ where }}
    ) as answers
    where recency = 1
    group by all
{%- endmacro %}

{#- A KPI mart over longer periods than days (unit: week, month). Shares, means and counts are sums of days; the
    backlog is that of the period's last day so far. -#}
{% macro kpi_by_period(unit) %}
with added_up as (
    select {{ kpi_leaf_sums(period_start(unit, 'metric_date')) }}
    from {{ ref('kpi_daily') }}
    where kind in ('mean', 'share', 'count') and {{ period_in_scope(unit, 'metric_date') }}
    group by all
),

levels as (
    select {{ kpi_leaf_sums(period_start(unit, 'metric_date')) }}
    from {{ ref('kpi_daily') }}
    where
        kind = 'level'
        and {{ period_in_scope(unit, 'metric_date') }}
        and metric_date = least({{ period_end(unit, 'metric_date') }}, {{ last_metric_date() }})
    group by all
),

measures as (
    select * from added_up
    union all
    select * from levels
    union all
    {{ nps_by(period_start(unit, 'first_date'), period_in_scope(unit, 'first_date')) }}
),

valued as (
    select
        *,
        {{ kpi_value() }} as value,
        100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
    from measures
)

select
    {{ kpi_leaf_id('period_start') }} as kpi_{{ unit }}ly_id,
    period_start,
    {{ period_end(unit, 'period_start') }} as period_end,
    {{ period_end(unit, 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    {{ kpi_leaf_columns() }}
from valued
order by period_start, kpi, kpi_{{ unit }}ly_id
{% endmacro %}

{#- The key of a KPI mart's row. -#}
{% macro kpi_leaf_id(date) -%}
    {{ md5_hash([
        'kpi', "cast(" ~ date ~ " as varchar)", "coalesce(channel, '')", "coalesce(team, '')",
        "coalesce(topic, '')", "coalesce(segment, '')",
    ]) }}
{%- endmacro %}

{#- What every KPI mart shows of `valued`. -#}
{% macro kpi_leaf_columns() -%}
    channel,
    team,
    topic,
    segment,
    kpi,
    kind,
    numerator,
    denominator,
    value,
    {{ kpi_interval('valued', '-') }} as interval_low,
    {{ kpi_interval('valued', '+') }} as interval_high,
    coalesce(denominator >= {{ var('reliable_from') }}, kind in ('count', 'level')) as is_reliable
{%- endmacro %}
