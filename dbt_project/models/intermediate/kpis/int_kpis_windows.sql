{#- The windows that end where the run's knowledge ends: this one, the one before it of equal length, and single
    weeks. NPS takes each customer's latest answer in a window, so days do not add up to it. -#}
{% set days = var("scorecard_days") %}
with windows as (
    select 'current' as window_name, {{ last_metric_date() }} - {{ days - 1 }} as first_date, {{ last_metric_date() }} as last_date
    union all
    select 'previous', {{ last_metric_date() }} - {{ 2 * days - 1 }}, {{ last_metric_date() }} - {{ days }}
    {% for week in range(8) %}
    union all
    select 'week_{{ week }}', {{ last_metric_date() }} - {{ 7 * week + 6 }}, {{ last_metric_date() }} - {{ 7 * week }}
    {% endfor %}
),

sums as (
    select
        targets.kpi,
        windows.window_name,
        {{ exact_sum('daily.numerator', "targets.kind <> 'level' or daily.metric_date = windows.last_date") }} as numerator,
        {{ exact_sum('daily.denominator') }} as denominator,
        cast(null as double) as squares
    from {{ ref('kpi_targets') }} as targets
    cross join windows
    inner join {{ ref('kpi_daily') }} as daily
        on
            targets.measure = daily.kpi
            and daily.metric_date between windows.first_date and windows.last_date
            and (targets.channels is null or ';' || targets.channels || ';' like '%;' || daily.channel || ';%')
            and (targets.topic is null or targets.topic = daily.topic)
    where targets.kind <> 'nps'
    group by targets.kpi, windows.window_name
),

promoters as (
    select
        windows.window_name,
        evidence.numerator,
        row_number() over (
            partition by windows.window_name, coalesce(evidence.customer_id, evidence.record_id)
            order by evidence.dated_at desc nulls last, evidence.record_id
        ) as recency
    from {{ ref('kpi_evidence') }} as evidence
    inner join windows
        on evidence.first_date between windows.first_date and windows.last_date
    where evidence.kind = 'nps'
),

results as (
    select * from sums
    union all
    select 'nps', window_name, sum(numerator), count(*), sum(numerator * numerator)
    from promoters
    where recency = 1
    group by window_name
),

complete as (
    select
        targets.kpi,
        targets.kind,
        windows.*,
        case when targets.kind in ('count', 'level') then coalesce(results.numerator, 0) else results.numerator end as numerator,
        case when targets.kind not in ('count', 'level') then coalesce(results.denominator, 0) end as denominator,
        results.squares
    from {{ ref('kpi_targets') }} as targets
    cross join windows
    left join results
        on targets.kpi = results.kpi and windows.window_name = results.window_name
)

select
    kpi,
    kind,
    window_name,
    first_date,
    last_date,
    numerator,
    denominator,
    {{ kpi_value() }} as value,
    100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
from complete
