{#- Trend: the straight line through the values of the last 8 weeks. It counts as one when a line this steep comes
    by chance in less than 5 % of cases (t test, two-sided, 6 degrees of freedom), so r² above 2.447² / (6 + 2.447²). -#}
{% set significant_r2 = 0.4995 %}
{# Sum of squares of week numbers around their mean: 0 to 7. #}
{% set spread_of_weeks = 42.0 %}
with weeks as (
    select
        kpi,
        value,
        3.5 - cast(substr(window_name, 6) as integer) as week
    from {{ ref('int_kpis_windows') }}
    where
        window_name like 'week%'
        -- Weeks before anything was known are none.
        and first_date >= (select min(metric_date) from {{ ref('kpi_daily') }})
),

sums as (
    select
        kpi,
        count(value) as weeks,
        {{ exact_sum('week * value') }} as moved,
        {{ exact_sum('value * value') }} - {{ exact_sum('value') }} * {{ exact_sum('value') }} / count(value) as spread
    from weeks
    group by kpi
),

lines as (
    select
        kpi,
        moved / {{ spread_of_weeks }} as change_per_week,
        case
            when spread > 0.000000001 and moved * moved / ({{ spread_of_weeks }} * spread) > {{ significant_r2 }}
                then sign(moved)
            else 0
        end as direction
    from sums
    where weeks = 8
)

select
    targets.kpi,
    targets.label,
    targets.measure,
    targets.kind,
    targets.channels,
    targets.topic,
    now_.value,
    targets.unit,
    targets.target,
    targets.target_direction,
    case targets.target_direction
        when 'at_most' then now_.value < targets.target
        else now_.value >= targets.target
    end as is_attained,
    cast(now_.numerator as double) as numerator,
    cast(now_.denominator as double) as denominator,
    {{ kpi_interval('now_', '-') }} as interval_low,
    {{ kpi_interval('now_', '+') }} as interval_high,
    coalesce(now_.denominator >= {{ var('reliable_from') }}, true) as is_reliable,
    before_.value as previous_value,
    lines.change_per_week,
    case
        when lines.direction = 0 then 'steady'
        when (lines.direction < 0) = (targets.target_direction = 'at_most') then 'better'
        when lines.direction is not null then 'worse'
    end as trend,
    now_.first_date as period_start,
    now_.last_date as period_end,
    {{ as_of() }} as as_of,
    targets.sort_order
from {{ ref('kpi_targets') }} as targets
inner join {{ ref('int_kpis_windows') }} as now_
    on targets.kpi = now_.kpi and now_.window_name = 'current'
inner join {{ ref('int_kpis_windows') }} as before_
    on targets.kpi = before_.kpi and before_.window_name = 'previous'
left join lines
    on targets.kpi = lines.kpi
order by targets.sort_order
