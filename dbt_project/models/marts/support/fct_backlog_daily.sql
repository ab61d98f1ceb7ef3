-- The backlog follows from the status history: in when opened or leaving solved, out when solved. A move within
-- waiting or within solved is none.
{% set leaves = ["channel", "team", "topic", "segment"] %}
with steps as (
    select
        {{ metric_date('started_at') }} as metric_date,
        {{ leaves | join(", ") }},
        count(*) filter (where span_number = 1) as opened,
        count(*) filter (where span_number = 1 and is_solved) as opened_solved,
        count(*) filter (where span_number > 1 and was_solved) as reopened,
        count(*) filter (where span_number > 1 and is_solved) as solved
    from {{ ref('fct_status_spans') }}
    where excluded_reason is null and (span_number = 1 or is_solved <> was_solved)
    group by all
),

levels as (
    {{ levels_by_date(
        "steps", leaves, {"backlog": "opened - opened_solved + reopened - solved"},
        flows=["opened", "opened_solved", "reopened", "solved"],
    ) }}
)

select
    {{ md5_hash([
        "cast(metric_date as varchar)", "coalesce(channel, '')", "coalesce(team, '')", "coalesce(topic, '')",
        "coalesce(segment, '')",
    ]) }} as backlog_daily_id,
    metric_date,
    {{ leaves | join(", ") }},
    opened,
    opened_solved,
    reopened,
    solved,
    backlog
from levels
order by metric_date, channel, team, topic, segment, backlog_daily_id
