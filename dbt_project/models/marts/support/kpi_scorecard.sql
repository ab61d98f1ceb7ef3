{#- Two windows of equal length ending at `as_of`: this one and the one before it. -#}
{% set days = var("scorecard_days") %}
with windows as (
    select 0 as windows_ago, {{ last_metric_date() }} - {{ days - 1 }} as first_date, {{ last_metric_date() }} as last_date
    union all
    select 1, {{ last_metric_date() }} - {{ 2 * days - 1 }}, {{ last_metric_date() }} - {{ days }}
),

sums as (
    select
        targets.kpi,
        windows.windows_ago,
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
    group by targets.kpi, windows.windows_ago
),

-- NPS takes each customer's latest answer in the window, so days do not add up to it.
promoters as (
    select
        windows.windows_ago,
        evidence.numerator,
        row_number() over (
            partition by windows.windows_ago, coalesce(evidence.customer_id, evidence.record_id)
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
    select 'nps', windows_ago, sum(numerator), count(*), sum(numerator * numerator)
    from promoters
    where recency = 1
    group by windows_ago
),

valued as (
    select
        targets.*,
        windows.windows_ago,
        windows.first_date,
        windows.last_date,
        case when targets.kind in ('count', 'level') then coalesce(results.numerator, 0) else results.numerator end as numerator,
        case when targets.kind not in ('count', 'level') then coalesce(results.denominator, 0) end as denominator,
        results.squares
    from {{ ref('kpi_targets') }} as targets
    cross join windows
    left join results
        on targets.kpi = results.kpi and windows.windows_ago = results.windows_ago
),

scored as (
    select
        *,
        {{ kpi_value() }} as value,
        100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
    from valued
)

select
    now_.kpi,
    now_.label,
    now_.measure,
    now_.kind,
    now_.channels,
    now_.topic,
    now_.value,
    now_.unit,
    now_.target,
    now_.target_direction,
    case now_.target_direction
        when 'at_most' then now_.value < now_.target
        else now_.value >= now_.target
    end as is_attained,
    cast(now_.numerator as double) as numerator,
    cast(now_.denominator as double) as denominator,
    {{ kpi_interval('now_', '-') }} as interval_low,
    {{ kpi_interval('now_', '+') }} as interval_high,
    coalesce(now_.denominator >= {{ var('reliable_from') }}, true) as is_reliable,
    before_.value as previous_value,
    now_.first_date as period_start,
    now_.last_date as period_end,
    {{ as_of() }} as as_of,
    now_.sort_order
from scored as now_
inner join scored as before_
    on now_.kpi = before_.kpi and before_.windows_ago = 1
where now_.windows_ago = 0
order by now_.sort_order
