{#- One branch of `kpi_evidence`: what each record of a fact table contributes to a KPI.

    group, measure: as in `kpi_groups`; `last_date` is given where a record counts on more days than its first,
    `relation` where a CTE prepares the fact. -#}
{% macro kpi_evidence_rows(group, measure, last_date=none, relation=none, changed=false) -%}
    {% set at = group["at"] %}
    select
        {{ kpi_name(measure) }} as kpi,
        '{{ measure["kind"] }}' as kind,
        {{ metric_date(at) }} as first_date,
        {{ last_date or metric_date(at) }} as last_date,
        {% for dimension in kpi_dimensions() %}
        cast({{ group.get(dimension, dimension) }} as varchar) as {{ dimension }},
        {% endfor %}
        '{{ group["fact"] }}' as fact,
        {{ group["record_id"] }} as record_id,
        cast({{ group.get("conversation_id", "conversation_id") }} as varchar) as conversation_id,
        customer_id,
        {{ at }} as dated_at,
        cast({{ measure["numerator"] }} as double) as numerator,
        cast({{ kpi_denominator(measure) }} as double) as denominator
    from {{ relation or (changed_rows(group["fact"]) if changed else ref(group["fact"])) }}
    where {{ at }} is not null and {{ group["where"] }} and {{ measure["where"] }}
{%- endmacro %}

{% macro kpi_name(measure) -%}
    {{ measure["kpi"] if measure.get("is_kpi_sql") else "'" ~ measure["kpi"] ~ "'" }}
{%- endmacro %}

{% macro kpi_denominator(measure) -%}
    {{ "null" if measure["kind"] in ["count", "level"] else measure.get("denominator", "1") }}
{%- endmacro %}

{#- Every branch of the evidence. NPS reads the CTE `nps_answers` of kpi_evidence. `changed`: of the rows that this build
    took out of the facts or put in, instead of all their rows; there every answer counts, not a customer's last of a
    day. -#}
{% macro kpi_evidence_of_facts(changed=false) %}
{% for group in kpi_groups() %}
{% for measure in group["measures"] %}
{{ kpi_evidence_rows(group, measure, changed=changed) }}
union all
{% endfor %}
{% endfor %}
{{ kpi_evidence_rows(
    {"fact": "fct_survey_responses", "record_id": "response_id", "at": "answered_at", "where": "nps_class is not null"},
    {
        "kpi": "nps", "kind": "nps", "numerator": "nps_class",
        "where": survey_counts() if changed else "recency = 1",
    },
    relation=none if changed else "nps_answers", changed=changed,
) }}
union all
-- A stay that begins and ends within a day is at no midnight.
{{ kpi_evidence_rows(
    {"fact": "fct_status_spans", "record_id": "status_span_id", "at": "started_at", "where": "excluded_reason is null"},
    {
        "kpi": "backlog", "kind": "level", "numerator": "1",
        "where": "not is_solved and " ~ metric_date("started_at") ~ " <= " ~ last_waiting_date(),
    },
    last_date=last_waiting_date(), changed=changed,
) }}
{% endmacro %}

{#- The last date at whose end a stay was still going on. -#}
{% macro last_waiting_date() -%}
    coalesce({{ metric_date("ended_at") }} - 1, {{ last_metric_date() }})
{%- endmacro %}
