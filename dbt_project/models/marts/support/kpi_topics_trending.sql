-- The chance that a day brings as many conversations as it did if nothing is going on: the tail of the negative
-- binomial that follows from the ordinary same weekdays (for a scale of 1 that is the exact test of one Poisson count
-- against the others). A day is judged from the days before it alone: its row changes only when the facts do.
with scaled as (
    -- A median again, so that an incident among the days before hardly widens the scale.
    select
        *,
        1.4826 * {{ median('abs(surprise)') }} over days_before as deviation,
        count(surprise) over days_before as scale_days
    from {{ ref('int_topics_expected') }}
    window days_before as (
        partition by topic order by metric_date rows between {{ 14 * var("trending_weeks") }} preceding and 1 preceding
    )
),

judged as (
    -- Never more scattered than a geometric distribution: few conversations cannot tell.
    select
        *,
        baseline_weeks >= 4 and scale_days >= 14 as has_baseline,
        growth * ordinary_conversations + 1 as mass,
        least(
            greatest(1.0, deviation * deviation),
            (growth * ordinary_conversations + 1 + ordinary_weeks) / (ordinary_weeks + 1)
        ) as dispersion
    from scaled
    where is_known
),

distributions as (
    -- Student's t, because the scale is an estimate: the less so, the closer it is to chance alone. A tenth of the
    -- days as degrees of freedom is what keeps the false alarms of skewed counts (docs/metrics.md) at the set rate.
    select
        *,
        mass / (dispersion * (ordinary_weeks + 1) - ordinary_weeks) as size,
        1 - ordinary_weeks / (dispersion * (ordinary_weeks + 1)) as chance,
        0.1 * scale_days * dispersion / greatest(dispersion - 1, 0.001) as degrees
    from judged
),

scores as (
    select
        *,
        case
            when has_baseline and conversations > 0 then {{ negative_binomial_score('conversations', 'size', 'chance') }}
        end as score
    from distributions
),

flagged as (
    select
        *,
        case
            when has_baseline and conversations = 0 then 1.0
            when has_baseline then {{ student_tail('score', 'degrees') }}
        end as probability
    from scores
),

incidents as (
    select
        *,
        coalesce(probability < {{ trending_threshold() }}, false) as is_flagged,
        min(metric_date) over (partition by topic) as first_date
    from flagged
),

runs as (
    -- Consecutive flagged days are one incident, named by its first day: the name stays while it goes on.
    select
        *,
        coalesce(
            max(case when not is_flagged then metric_date end) over (
                partition by topic order by metric_date rows between unbounded preceding and current row
            ) + 1,
            first_date
        ) as incident_first_date
    from incidents
)

select
    {{ md5_hash(['topic', 'cast(metric_date as varchar)']) }} as kpi_topics_trending_id,
    metric_date,
    topic,
    conversations,
    customers,
    expected,
    conversations / nullif(expected, 0) as lift,
    baseline_weeks,
    growth,
    sqrt(dispersion) as scale,
    probability,
    cast({{ trending_threshold() }} as double) as threshold,
    probability < {{ trending_threshold() }} as is_trending,
    case when is_flagged then {{ md5_hash(['topic', 'cast(incident_first_date as varchar)']) }} end as incident_id
from runs
order by metric_date, topic
