{#- One branch of `kpi_evidence`: what each record of a fact table contributes to a KPI.

    kpi, kind, at (the instant that dates the record), fact, record_id, numerator, denominator (SQL, none
    for counts), where; `channel`, `team` and `topic` name other columns or `null`; `last_date` is given
    where a record counts on more days than its first, `relation` where a CTE prepares the fact. -#}
{% macro kpi_evidence_rows(
    kpi, kind, at, fact, record_id, numerator, where, denominator="1", conversation_id="conversation_id",
    channel="channel", team="team", topic="topic", last_date=none, relation=none, changed=false
) -%}
    select
        {{ kpi }} as kpi,
        '{{ kind }}' as kind,
        {{ metric_date(at) }} as first_date,
        {{ last_date or metric_date(at) }} as last_date,
        cast({{ channel }} as varchar) as channel,
        cast({{ team }} as varchar) as team,
        cast({{ topic }} as varchar) as topic,
        segment,
        '{{ fact }}' as fact,
        {{ record_id }} as record_id,
        cast({{ conversation_id }} as varchar) as conversation_id,
        customer_id,
        {{ at }} as dated_at,
        cast({{ numerator }} as double) as numerator,
        cast({{ "null" if kind in ["count", "level"] else denominator }} as double) as denominator
    from {{ relation or (changed_rows(fact) if changed else ref(fact)) }}
    where {{ at }} is not null and {{ where }}
{%- endmacro %}

{#- Every branch of the evidence. Surveys about a merged conversation count, about a deleted or spam one they leave with
    it. NPS reads the CTE `nps_answers` of kpi_evidence. `changed`: of the rows that this build took out of the facts or
    put in, instead of all their rows; there every answer counts, not a customer's last of a day. -#}
{% macro kpi_evidence_of_facts(changed=false) %}
{% set counts = "excluded_reason is null" %}
{% set surveyed = "coalesce(excluded_reason, 'merged') = 'merged'" %}
{% for measure in kpi_measures() %}
{{ kpi_evidence_rows(
    "'" ~ measure["kpi"] ~ "'", measure["kind"], measure["at"], "fct_conversations", "conversation_id",
    measure["numerator"], counts ~ " and " ~ measure["where"], measure.get("denominator", "1"), changed=changed
) }}
union all
{% endfor %}
{% for clock in ["", "business_"] %}
{{ kpi_evidence_rows(
    "'response_" ~ clock ~ "minutes'", "mean", "answered_at", "fct_responses", "response_id",
    "response_" ~ clock ~ "minutes", counts ~ " and response_" ~ clock ~ "minutes is not null", changed=changed
) }}
union all
{% endfor %}
{{ kpi_evidence_rows(
    "'conversations_solved'", "count", "started_at", "fct_status_spans", "status_span_id", "1",
    counts ~ " and span_number > 1 and is_solved and not was_solved", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'conversations_reopened'", "count", "started_at", "fct_status_spans", "status_span_id", "1",
    counts ~ " and span_number > 1 and was_solved and status = 'open'", changed=changed
) }}
union all
-- A stay that begins and ends within a day is at no midnight.
{{ kpi_evidence_rows(
    "'backlog'", "level", "started_at", "fct_status_spans", "status_span_id", "1",
    counts ~ " and not is_solved and " ~ metric_date("started_at") ~ " <= coalesce("
    ~ metric_date("ended_at") ~ " - 1, " ~ last_metric_date() ~ ")",
    last_date="coalesce(" ~ metric_date("ended_at") ~ " - 1, " ~ last_metric_date() ~ ")", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'sla_' || metric", "share", "decided_at", "fct_sla_targets", "sla_target_id", "cast(is_met as integer)",
    counts ~ " and is_met is not null", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'csat'", "share", "answered_at", "fct_survey_responses", "response_id", "cast(is_satisfied as integer)",
    surveyed ~ " and is_satisfied is not null and is_latest_for_conversation", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'ces'", "share", "answered_at", "fct_survey_responses", "response_id", "cast(is_easy as integer)",
    surveyed ~ " and is_easy is not null and is_latest_for_conversation", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'ces_score'", "mean", "answered_at", "fct_survey_responses", "response_id", "score",
    surveyed ~ " and survey_type = 'ces' and score is not null and is_latest_for_conversation", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'nps'", "nps", "answered_at", "fct_survey_responses", "response_id", "nps_class",
    "nps_class is not null and " ~ surveyed if changed else "recency = 1",
    relation=none if changed else "nps_answers", changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "survey_type || '_response_rate'", "share", "asked_at", "fct_survey_responses", "response_id",
    "cast(is_response as integer)", surveyed, changed=changed
) }}
union all
{{ kpi_evidence_rows(
    "'deflection'", "share", "started_at", "fct_self_service_sessions", "self_service_session_id",
    "cast(is_deflected as integer)", "is_deflected is not null",
    conversation_id="null", channel="'self_service'", team="null", topic="null", changed=changed
) }}
union all
-- Dated by when the last of its conversations was solved, under the channel it began on.
{{ kpi_evidence_rows(
    "'fcr_issues'", "share", "resolved_at", "fct_issues", "issue_id", "case when is_fcr then 1 else 0 end",
    "is_fcr is not null", conversation_id="issue_id", channel="first_channel", changed=changed
) }}
{% endmacro %}
