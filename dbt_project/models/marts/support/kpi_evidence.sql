{#- A view: kept as rows it would be the largest table of all, and it would say nothing that the facts do not. -#}
{{ config(materialized="view") }}
with nps_answers as (
    -- A customer's last answer of a day stands for them. So the latest of a longer period is that of their last day
    -- in it: days are enough to find it, for tools that know no instants.
    select
        *,
        row_number() over (
            partition by {{ metric_date("answered_at") }}, coalesce(customer_id, response_id)
            order by answered_at desc nulls last, response_id
        ) as recency
    from {{ ref("fct_survey_responses") }}
    where {{ survey_counts() }} and nps_class is not null and is_response
    -- A view has an order too, if every run is to read the same: a window leaves it to chance.
    order by response_id
),

rows_of_all as (
    {{ kpi_evidence_of_facts() }}
)

select *
from rows_of_all
