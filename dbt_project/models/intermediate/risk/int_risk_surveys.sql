-- The last answers of each kind before an instant, and how they moved.
with answers as (
    select
        surveys.customer_id,
        instants.as_of,
        surveys.survey_type,
        surveys.answered_at,
        surveys.score,
        cast(surveys.is_satisfied as integer) as satisfied,
        cast(surveys.is_easy as integer) as easy,
        row_number() over (
            partition by surveys.customer_id, instants.as_of, surveys.survey_type
            order by surveys.answered_at desc nulls last, surveys.response_id
        ) as place
    from {{ ref('fct_survey_responses') }} as surveys
    inner join {{ ref('int_risk_instants') }} as instants
        on surveys.answered_at <= instants.as_of
    where surveys.customer_id is not null and surveys.is_response
)

select
    customer_id,
    as_of,
    max(satisfied) filter (where survey_type = 'csat' and place = 1) as csat_last_satisfied,
    {{ exact_avg(
        'satisfied', "survey_type = 'csat' and answered_at > as_of - " ~ days(180)
    ) }} as csat_share_180d,
    max(score) filter (where survey_type = 'nps' and place = 1) as nps_last,
    max(score) filter (where survey_type = 'nps' and place = 1)
    - max(score) filter (where survey_type = 'nps' and place = 2) as nps_change,
    max(easy) filter (where survey_type = 'ces' and place = 1) as ces_last_easy
from answers
group by customer_id, as_of
