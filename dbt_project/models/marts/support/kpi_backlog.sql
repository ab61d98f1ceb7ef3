-- Age is counted in calendar days since the opening's date, so that every stay in a status falls into one range of
-- dates per age bucket.
{% set leaves = ["channel", "team", "age_from_days", "age_to_days"] %}
with stays as (
    select
        channel,
        team,
        status,
        {{ metric_date('min(started_at) over (partition by conversation_id)') }} as opened_date,
        is_solved,
        {{ metric_date('started_at') }} as first_date,
        coalesce({{ metric_date('ended_at') }} - 1, {{ last_metric_date() }}) as last_date
    from {{ ref('fct_status_spans') }}
    where excluded_reason is null
),

buckets as (
    {% for age in var("backlog_age_days") %}
    select {{ age }} as age_from_days, {{ "cast(null as integer)" if loop.last else loop.nextitem - 1 }} as age_to_days
    {{ "union all" if not loop.last }}
    {% endfor %}
),

ranges as (
    select
        stays.channel,
        stays.team,
        buckets.age_from_days,
        buckets.age_to_days,
        stays.status,
        greatest(stays.first_date, stays.opened_date + buckets.age_from_days) as first_date,
        least(stays.last_date, coalesce(stays.opened_date + buckets.age_to_days, stays.last_date)) as last_date
    from stays
    cross join buckets
    where
        not stays.is_solved
        and stays.last_date >= stays.opened_date + buckets.age_from_days
        and stays.first_date <= coalesce(stays.opened_date + buckets.age_to_days, stays.last_date)
),

moves as (
    select *, first_date as metric_date, 1 as move from ranges where first_date <= last_date
    union all
    select *, last_date + 1, -1 from ranges where first_date <= last_date and last_date < {{ last_metric_date() }}
),

steps as (
    select
        metric_date,
        {{ leaves | join(", ") }},
        sum(move) as waiting_step,
        sum(case when status = 'pending' then move else 0 end) as pending_step
    from moves
    group by all
),

levels as (
    {{ levels_by_date("steps", leaves, {"waiting": "waiting_step", "waiting_for_customer": "pending_step"}) }}
)

select
    {{ md5_hash([
        "cast(metric_date as varchar)", "coalesce(channel, '')", "coalesce(team, '')", "cast(age_from_days as varchar)",
    ]) }} as kpi_backlog_id,
    metric_date,
    channel,
    team,
    cast(age_from_days as integer) as age_from_days,
    cast(age_to_days as integer) as age_to_days,
    waiting,
    waiting_for_customer
from levels
where waiting <> 0
order by metric_date, channel, team, age_from_days
