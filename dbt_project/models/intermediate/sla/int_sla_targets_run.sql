{{ config(materialized="view") }}
-- How far each target has come on its own clock, in microseconds, and at which reading of that clock it is used
-- up. `due_reading` is NULL while the clock is paused: nobody knows when it will run again.
{% set so_far = "partition by conversation_id, metric, target_number order by stay_number rows between unbounded preceding and 1 preceding" %}
with stays as (
    select
        *,
        coalesce(ended_at, {{ as_of() }}) as ran_until
    from {{ ref('int_sla_stays') }}
),

read_off as (
    select
        stays.*,
        cast(round(applied.target_minutes * 60000000) as bigint) as target,
        case when applied.is_measurable then {{ clock_reading("applied.schedule_key", "stays.started_at", "at_start") }} end as start_reading,
        case when applied.is_measurable then {{ clock_reading("applied.schedule_key", "stays.ran_until", "at_end") }} end as end_reading
    from stays
    inner join {{ ref('int_sla_targets_applied') }} as applied
        on
            stays.conversation_id = applied.conversation_id
            and stays.metric = applied.metric
            and stays.target_number = applied.target_number
    {{ join_working_time('applied.schedule_key', 'stays.started_at', 'at_start') }}
    {{ join_working_time('applied.schedule_key', 'stays.ran_until', 'at_end') }}
),

added_up as (
    select
        *,
        end_reading - start_reading as ran,
        coalesce(sum(end_reading - start_reading) over ({{ so_far }}), 0) as ran_before,
        lag(ended_at) over (partition by conversation_id, metric, target_number order by stay_number) as paused_at
    from read_off
)

select
    conversation_id,
    metric,
    target_number,
    min(stopped_at) as stopped_at,
    bool_or(is_stopped) as is_stopped,
    bool_or(is_ended_by_solve) as is_ended_by_solve,
    bool_or(ended_at is null) as is_running,
    cast(sum(ran) as bigint) as ran,
    max(target) as target,
    cast(coalesce(
        min_by(start_reading + target - ran_before, stay_number) filter (where ran_before + ran >= target),
        max_by(start_reading + target - ran_before, stay_number) filter (where ended_at is null or is_stopped)
    ) as bigint) as due_reading,
    count(*) filter (where paused_at < started_at) as pauses,
    {{ exact_sum(minutes_between('paused_at', 'started_at'), 'paused_at < started_at') }} as paused_minutes,
    {{ json_interval_list("paused_at", "started_at", "stay_number", "paused_at < started_at") }} as paused_intervals
from added_up
group by conversation_id, metric, target_number
