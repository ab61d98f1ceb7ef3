-- What was waiting at each midnight. It follows from the status history: in when opened or leaving solved,
-- out when solved.
with steps as (
    select
        {{ metric_date('started_at') }} as metric_date,
        channel,
        team,
        topic,
        segment,
        sum(case when is_solved then -1 else 1 end) as step
    from {{ ref('fct_status_spans') }}
    where
        excluded_reason is null
        -- A solved conversation enters only by its opening; a move within waiting or within solved is none.
        and case when span_number = 1 then not is_solved else is_solved <> was_solved end
    group by all
),

leaves as (
    select channel, team, topic, segment, min(metric_date) as first_date
    from steps
    group by all
),

dates as (
    {{ date_spine("(select min(metric_date) from steps)", last_metric_date()) }}
),

levels as (
    select
        dates.calendar_date as metric_date,
        leaves.channel,
        leaves.team,
        leaves.topic,
        leaves.segment,
        sum(coalesce(steps.step, 0)) over (
            partition by leaves.channel, leaves.team, leaves.topic, leaves.segment
            order by dates.calendar_date
        ) as waiting
    from leaves
    inner join dates
        on dates.calendar_date >= leaves.first_date
    left join steps
        on
            dates.calendar_date = steps.metric_date
            and leaves.channel is not distinct from steps.channel
            and leaves.team is not distinct from steps.team
            and leaves.topic is not distinct from steps.topic
            and leaves.segment is not distinct from steps.segment
)

select
    metric_date,
    channel,
    team,
    topic,
    segment,
    'backlog' as kpi,
    'level' as kind,
    cast(waiting as double) as numerator,
    cast(null as double) as denominator,
    cast(null as double) as squares
from levels
where waiting <> 0
