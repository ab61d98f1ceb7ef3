-- What a topic's day was expected to bring, from the same weekday of the 8 weeks before it. Median and MAD say which
-- of those days were ordinary (counts on the root scale, where chance alone has a standard deviation of 1); only
-- those count. Their mean is taken, not the median: at 0.3 conversations a day the median is 0 and has no tail.
with weeks as (
    {% for week in range(1, var("trending_weeks") + 1) %}
    select {{ week }} as weeks_ago{{ " union all" if not loop.last }}
    {% endfor %}
),

earlier as (
    select
        daily.topic,
        daily.metric_date,
        before_.conversations,
        2 * sqrt(before_.conversations + 0.375) as root
    from {{ ref('int_topics_daily') }} as daily
    cross join weeks
    inner join {{ ref('int_topics_daily') }} as before_
        on daily.topic = before_.topic and daily.metric_date - 7 * weeks.weeks_ago = before_.metric_date
),

centred as (
    select *, {{ median('root') }} over (partition by topic, metric_date) as middle
    from earlier
),

spread as (
    select *, 1.4826 * {{ median('abs(root - middle)') }} over (partition by topic, metric_date) as deviation
    from centred
),

baselines as (
    select
        topic,
        metric_date,
        count(*) as baseline_weeks,
        count(*) filter (where abs(root - middle) <= 3.5 * greatest(deviation, 1)) as ordinary_weeks,
        cast(sum(conversations) filter (where abs(root - middle) <= 3.5 * greatest(deviation, 1)) as double)
            as ordinary_conversations
    from spread
    group by topic, metric_date
    having count(*) >= 2
),

compared as (
    select
        daily.*,
        coalesce(baselines.baseline_weeks, 0) as baseline_weeks,
        baselines.ordinary_weeks,
        baselines.ordinary_conversations,
        (daily.conversations + 0.5) / (baselines.ordinary_conversations / baselines.ordinary_weeks + 0.5) as ratio
    from {{ ref('int_topics_daily') }} as daily
    left join baselines
        on daily.topic = baselines.topic and daily.metric_date = baselines.metric_date
),

grown as (
    -- A topic that grows or comes into season is ahead of its own past. The middle day of the last 28 says by how
    -- much, and an incident shorter than 14 days cannot move it. A decline is not anticipated.
    select
        * exclude (ratio),
        greatest(1.0, coalesce({{ median('ratio') }} over (
            partition by topic order by metric_date rows between 28 preceding and 1 preceding
        ), 1.0)) as growth
    from compared
)

select
    *,
    growth * ordinary_conversations / ordinary_weeks as expected,
    -- How far off the expectation was, where chance alone would have given 1 on average.
    2 * (sqrt(conversations + 0.375) - sqrt(growth * ordinary_conversations / ordinary_weeks + 0.375))
    / sqrt(1 + 1.0 / ordinary_weeks) as surprise
from grown
