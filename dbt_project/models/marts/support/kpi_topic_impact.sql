{#- What a topic does to a KPI: the value of all answers minus the value without those about the topic. Answers about
    no known topic are a group like any other. -#}
{% set first_date = last_metric_date() ~ " - " ~ (var("topic_impact_days") - 1) %}
with answers as (
    select
        kpi,
        topic,
        kind,
        numerator as score,
        row_number() over (
            partition by kpi, case when kind = 'nps' then coalesce(customer_id, record_id) else record_id end
            order by dated_at desc nulls last, record_id
        ) as recency
    from {{ ref('kpi_evidence') }}
    where kpi in ('csat', 'nps', 'ces') and first_date between {{ first_date }} and {{ last_metric_date() }}
),

topics as (
    select
        kpi,
        topic,
        -- A share is 0 to 1, NPS is in points.
        max(case when kind = 'nps' then 100.0 else 1.0 end) as unit,
        cast(count(*) as double) as answers,
        {{ exact_sum('score') }} as total,
        {{ exact_sum('score * score') }} as squares
    from answers
    where recency = 1
    group by kpi, topic
),

sides as (
    select
        *,
        count(*) over (partition by kpi) as topics,
        sum(answers) over (partition by kpi) as answers_all,
        sum(answers) over (partition by kpi) - answers as answers_rest,
        sum(total) over (partition by kpi) as total_all,
        sum(total) over (partition by kpi) - total as total_rest,
        sum(squares) over (partition by kpi) as squares_all,
        sum(squares) over (partition by kpi) - squares as squares_rest
    from topics
),

means as (
    select
        *,
        total / answers as mean_topic,
        total_all / answers_all as mean_all,
        total_rest / nullif(answers_rest, 0) as mean_rest
    from sides
),

moves as (
    -- How far each single answer moves the difference, as a slope and a level over its score (an answer about the
    -- topic: of the first mean only). The sum of their squares is what a bootstrap over answers comes to.
    select
        *,
        1 / answers_all - 1 / nullif(answers_rest, 0) as rest_slope,
        mean_rest / nullif(answers_rest, 0) - mean_all / answers_all as rest_level
    from means
),

scattered as (
    select
        *,
        sqrt(greatest(0,
            (squares - 2 * mean_all * total + answers * mean_all * mean_all) / (answers_all * answers_all)
            + rest_slope * rest_slope * squares_rest
            + 2 * rest_slope * rest_level * total_rest
            + rest_level * rest_level * answers_rest
        )) as deviation,
        -- The same if the topic were like all others.
        sqrt(greatest(0, squares_all / answers_all - mean_all * mean_all) * answers / (answers_all * answers_rest))
            as chance_deviation,
        answers >= {{ var('reliable_from') }} and answers_rest >= {{ var('reliable_from') }} as is_reliable
    from moves
),

tested as (
    select *, abs(mean_all - mean_rest) / nullif(chance_deviation, 0) as distance
    from scattered
)

select
    {{ md5_hash(['kpi', "coalesce(topic, '')"]) }} as kpi_topic_impact_id,
    kpi,
    topic,
    {{ first_date }} as period_start,
    {{ last_metric_date() }} as period_end,
    cast(answers as bigint) as answers,
    answers / answers_all as share_of_answers,
    unit * mean_all as value_all,
    unit * mean_topic as value_topic,
    unit * mean_rest as value_rest,
    unit * (mean_all - mean_rest) as impact,
    unit * (mean_all - mean_rest - sqrt({{ z_squared() }}) * deviation) as interval_low,
    unit * (mean_all - mean_rest + sqrt({{ z_squared() }}) * deviation) as interval_high,
    2 * {{ normal_tail('distance') }} as probability,
    case when is_reliable then 2 * {{ normal_tail('distance') }} * topics < 0.05 end as is_beyond_chance,
    is_reliable
from tested
order by kpi, topic nulls first
