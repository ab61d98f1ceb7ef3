-- Surveys and self-service per day and leaf of the dimensions. Answers to a merged, deleted or spam
-- conversation leave with it. NPS takes a customer's latest answer of the day (the scorecard: of its window).
with scores as (
    select
        *,
        row_number() over (
            partition by survey_type, is_response, coalesce(customer_id, response_id), {{ metric_date('answered_at') }}
            order by answered_at desc nulls last, response_id
        ) as recency_in_day
    from {{ ref('int_survey_scores') }}
    where coalesce(excluded_reason, 'merged') = 'merged'
),

sessions as (
    select sessions.started_at, sessions.is_deflected, customers.segment
    from {{ ref('int_self_service_sessions') }} as sessions
    left join {{ ref('int_customers') }} as customers
        on sessions.customer_id = customers.customer_id
    where sessions.is_deflected is not null
),

measures as (
    select answered_at as measured_at, channel, team, topic, segment, 'csat' as kpi, 'share' as kind, cast(is_satisfied as integer) as score
    from scores
    where survey_type = 'csat' and is_latest_for_conversation
    union all
    select answered_at, channel, team, topic, segment, 'ces', 'share', cast(is_easy as integer)
    from scores
    where survey_type = 'ces' and is_latest_for_conversation
    union all
    select answered_at, channel, team, topic, segment, 'ces_score', 'mean', score
    from scores
    where survey_type = 'ces' and is_latest_for_conversation
    union all
    select answered_at, channel, team, topic, segment, 'nps', 'nps', nps_class
    from scores
    where survey_type = 'nps' and is_response and recency_in_day = 1
    union all
    select asked_at, channel, team, topic, segment, survey_type || '_response_rate', 'share', cast(is_response as integer)
    from scores
    union all
    select started_at, 'self_service', null, null, segment, 'deflection', 'share', cast(is_deflected as integer)
    from sessions
)

select
    {{ metric_date('measured_at') }} as metric_date,
    channel,
    team,
    topic,
    segment,
    kpi,
    kind,
    {{ exact_sum('score') }} as numerator,
    cast(count(*) as double) as denominator,
    {{ exact_sum("case when kind = 'nps' then score * score end") }} as squares
from measures
where measured_at is not null and score is not null
group by all
