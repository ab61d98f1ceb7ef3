{#- A view: kept as rows it would be the largest table of all, and it would say nothing that the facts do not.
    Surveys about a merged conversation count, about a deleted or spam one they leave with it. -#}
{{ config(materialized="view") }}
{% set counts = "excluded_reason is null" %}
{% set surveyed = "coalesce(excluded_reason, 'merged') = 'merged'" %}
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
    where {{ surveyed }} and nps_class is not null and is_response
    -- A view has an order too, if every run is to read the same: a window leaves it to chance.
    order by response_id
),

rows_of_all as (
    {% for measure in kpi_measures() %}
    {{ kpi_evidence_rows(
        "'" ~ measure["kpi"] ~ "'", measure["kind"], measure["at"], "fct_conversations", "conversation_id",
        measure["numerator"], counts ~ " and " ~ measure["where"], measure.get("denominator", "1")
    ) }}
    union all
    {% endfor %}
    {% for clock in ["", "business_"] %}
    {{ kpi_evidence_rows(
        "'response_" ~ clock ~ "minutes'", "mean", "answered_at", "fct_responses", "response_id",
        "response_" ~ clock ~ "minutes", counts ~ " and response_" ~ clock ~ "minutes is not null"
    ) }}
    union all
    {% endfor %}
    {{ kpi_evidence_rows(
        "'conversations_solved'", "count", "started_at", "fct_status_spans", "status_span_id", "1",
        counts ~ " and span_number > 1 and is_solved and not was_solved"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'conversations_reopened'", "count", "started_at", "fct_status_spans", "status_span_id", "1",
        counts ~ " and span_number > 1 and was_solved and status = 'open'"
    ) }}
    union all
    -- A stay that begins and ends within a day is at no midnight.
    {{ kpi_evidence_rows(
        "'backlog'", "level", "started_at", "fct_status_spans", "status_span_id", "1",
        counts ~ " and not is_solved and " ~ metric_date("started_at") ~ " <= coalesce("
        ~ metric_date("ended_at") ~ " - 1, " ~ last_metric_date() ~ ")",
        last_date="coalesce(" ~ metric_date("ended_at") ~ " - 1, " ~ last_metric_date() ~ ")"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'sla_' || metric", "share", "decided_at", "fct_sla_targets", "sla_target_id", "cast(is_met as integer)",
        counts ~ " and is_met is not null"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'csat'", "share", "answered_at", "fct_survey_responses", "response_id", "cast(is_satisfied as integer)",
        surveyed ~ " and is_satisfied is not null and is_latest_for_conversation"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'ces'", "share", "answered_at", "fct_survey_responses", "response_id", "cast(is_easy as integer)",
        surveyed ~ " and is_easy is not null and is_latest_for_conversation"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'ces_score'", "mean", "answered_at", "fct_survey_responses", "response_id", "score",
        surveyed ~ " and survey_type = 'ces' and score is not null and is_latest_for_conversation"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'nps'", "nps", "answered_at", "fct_survey_responses", "response_id", "nps_class", "recency = 1",
        relation="nps_answers"
    ) }}
    union all
    {{ kpi_evidence_rows(
        "survey_type || '_response_rate'", "share", "asked_at", "fct_survey_responses", "response_id",
        "cast(is_response as integer)", surveyed
    ) }}
    union all
    {{ kpi_evidence_rows(
        "'deflection'", "share", "started_at", "fct_self_service_sessions", "self_service_session_id",
        "cast(is_deflected as integer)", "is_deflected is not null",
        conversation_id="null", channel="'self_service'", team="null", topic="null"
    ) }}
    union all
    -- Dated by when the last of its conversations was solved, under the channel it began on.
    {{ kpi_evidence_rows(
        "'fcr_issues'", "share", "resolved_at", "fct_issues", "issue_id", "case when is_fcr then 1 else 0 end",
        "is_fcr is not null", conversation_id="issue_id", channel="first_channel"
    ) }}
)

select *
from rows_of_all
