-- What was decided is counted in the month in which it was met or breached; what is not decided yet in the month
-- that `as_of` lies in.
with targets as (
    select
        *,
        {{ period_start('month', metric_date("coalesce(decided_at, " ~ as_of() ~ " - interval 1 microsecond)")) }} as period_start
    from {{ ref('fct_sla_targets') }}
    where excluded_reason is null
),

counted as (
    select
        period_start,
        policy_id,
        metric,
        clock,
        target_minutes,
        channel,
        team,
        count(*) filter (where state = 'met') as met,
        count(*) filter (where state = 'breached') as breached,
        count(*) filter (where state = 'met' and fulfilled_by_solve) as met_by_solving,
        count(*) filter (where state = 'running') as running,
        count(*) filter (where state = 'paused') as paused,
        count(*) filter (where state is null) as not_measurable,
        count(*) filter (where state = 'breached' and stopped_at is null) as breached_and_waiting,
        {{ exact_avg('elapsed_minutes', "state in ('met', 'breached')") }} as mean_elapsed_minutes
    from targets
    group by period_start, policy_id, metric, clock, target_minutes, channel, team
)
select
    {{ md5_hash([
        "cast(period_start as varchar)", "policy_id", "metric", "clock", "cast(target_minutes as varchar)",
        "coalesce(channel, '')", "coalesce(team, '')",
    ]) }} as kpi_sla_id,
    period_start,
    {{ period_end('month', 'period_start') }} as period_end,
    {{ period_end('month', 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    policy_id,
    metric,
    clock,
    target_minutes,
    channel,
    team,
    cast(met as double) as numerator,
    cast(met + breached as double) as denominator,
    met / nullif(cast(met + breached as double), 0) as value,
    {{ wilson_bound('met', '(met + breached)', '-') }} as interval_low,
    {{ wilson_bound('met', '(met + breached)', '+') }} as interval_high,
    met + breached >= {{ var('reliable_from') }} as is_reliable,
    met,
    breached,
    met_by_solving,
    breached_and_waiting,
    running,
    paused,
    not_measurable,
    mean_elapsed_minutes
from counted
order by period_start, policy_id, metric, channel, team, kpi_sla_id
