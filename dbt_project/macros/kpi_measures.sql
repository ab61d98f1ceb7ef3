{#- What the KPIs count, as a list of groups: records of one fact, dated by one instant (`at`), which count where `where`
    holds, under `channel`, `team` and `topic` (SQL). A measure adds up `numerator` and `denominator` (SQL; none for
    counts) of the group's records that it asks for. `kpi` is its name, or SQL where `is_kpi_sql`. The KPIs that do not
    add up, NPS and the backlog, are in `kpi_evidence_of_facts`. An issue is dated by when the last of its conversations
    was solved, and counts under the channel it began on. -#}
{% macro kpi_groups() %}
    {% set counts = "excluded_reason is null" %}
    {% set surveyed = survey_counts() %}
    {% set groups = [] %}
    {% for at in ["opened_at", "first_response_at", "first_solved_at", "resolved_at"] %}
        {% set measures = kpi_conversation_measures() | selectattr("at", "equalto", at) | list %}
        {% do groups.append({"fact": "fct_conversations", "record_id": "conversation_id", "at": at, "where": counts, "measures": measures}) %}
    {% endfor %}
    {% set others = [
        {"fact": "fct_responses", "record_id": "response_id", "at": "answered_at", "where": counts, "measures": [
            {"kpi": "response_minutes", "kind": "mean", "numerator": "response_minutes", "where": "response_minutes is not null"},
            {"kpi": "response_business_minutes", "kind": "mean", "numerator": "response_business_minutes", "where": "response_business_minutes is not null"},
        ]},
        {"fact": "fct_status_spans", "record_id": "status_span_id", "at": "started_at", "where": counts ~ " and span_number > 1", "measures": [
            {"kpi": "conversations_solved", "kind": "count", "numerator": "1", "where": "is_solved and not was_solved"},
            {"kpi": "conversations_reopened", "kind": "count", "numerator": "1", "where": "was_solved and status = 'open'"},
        ]},
        {"fact": "fct_sla_targets", "record_id": "sla_target_id", "at": "decided_at", "where": counts, "measures": [
            {"kpi": "'sla_' || metric", "is_kpi_sql": true, "kind": "share", "numerator": "cast(is_met as integer)", "where": "is_met is not null"},
        ]},
        {"fact": "fct_survey_responses", "record_id": "response_id", "at": "answered_at", "where": surveyed ~ " and is_latest_for_conversation", "measures": [
            {"kpi": "csat", "kind": "share", "numerator": "cast(is_satisfied as integer)", "where": "is_satisfied is not null"},
            {"kpi": "ces", "kind": "share", "numerator": "cast(is_easy as integer)", "where": "is_easy is not null"},
            {"kpi": "ces_score", "kind": "mean", "numerator": "score", "where": "survey_type = 'ces' and score is not null"},
        ]},
        {"fact": "fct_survey_responses", "record_id": "response_id", "at": "asked_at", "where": surveyed, "measures": [
            {"kpi": "survey_type || '_response_rate'", "is_kpi_sql": true, "kind": "share", "numerator": "cast(is_response as integer)", "where": "true"},
        ]},
        {"fact": "fct_self_service_sessions", "record_id": "self_service_session_id", "at": "started_at", "where": "is_deflected is not null",
         "conversation_id": "null", "channel": "'self_service'", "team": "null", "topic": "null", "measures": [
            {"kpi": "deflection", "kind": "share", "numerator": "cast(is_deflected as integer)", "where": "true"},
        ]},
        {"fact": "fct_issues", "record_id": "issue_id", "at": "resolved_at", "where": "is_fcr is not null",
         "conversation_id": "issue_id", "channel": "first_channel", "measures": [
            {"kpi": "fcr_issues", "kind": "share", "numerator": "case when is_fcr then 1 else 0 end", "where": "true"},
        ]},
    ] %}
    {{ return(groups + others) }}
{% endmacro %}

{#- The measures of `fct_conversations`, each with the instant that dates it. -#}
{% macro kpi_conversation_measures() %}
    {% set means = [] %}
    {% for name, at in [
        ("first_response", "first_response_at"),
        ("first_resolution", "first_solved_at"),
        ("resolution", "resolved_at"),
        ("requester_wait", "resolved_at"),
        ("agent_wait", "resolved_at"),
        ("on_hold", "resolved_at"),
    ] %}
        {% for minutes in [name ~ "_minutes", name ~ "_business_minutes"] %}
            {% do means.append({"kpi": minutes, "kind": "mean", "at": at, "numerator": minutes, "where": minutes ~ " is not null"}) %}
        {% endfor %}
    {% endfor %}
    {% set shares = [
        {"kpi": "first_response_within_target", "at": "first_response_at", "is": "first_response_minutes < first_response_target_minutes", "where": "first_response_minutes < first_response_target_minutes is not null"},
        {"kpi": "resolution_within_target", "at": "resolved_at", "is": "resolution_minutes < resolution_target_minutes", "where": "resolution_minutes < resolution_target_minutes is not null"},
        {"kpi": "fcr", "at": "resolved_at", "is": "is_fcr", "where": "is_fcr is not null"},
        {"kpi": "repeat_contact_rate", "at": "opened_at", "is": "is_repeat_contact", "where": "is_customer_opened"},
        {"kpi": "one_touch", "at": "resolved_at", "is": "is_one_touch", "where": "is_solved"},
        {"kpi": "one_touch_zendesk", "at": "resolved_at", "is": "is_one_touch_zendesk", "where": "is_solved"},
        {"kpi": "reopen_rate", "at": "first_solved_at", "is": "reopens > 0", "where": "first_solved_at is not null"},
        {"kpi": "transfer_rate", "at": "opened_at", "is": "team_transfers > 0", "where": "true"},
        {"kpi": "escalation_rate", "at": "opened_at", "is": "escalations > 0", "where": "true"},
        {"kpi": "abandonment_rate", "at": "opened_at", "is": "is_abandoned", "where": "channel = 'phone'"},
        {"kpi": "containment", "at": "opened_at", "is": "is_contained", "where": "is_contained is not null"},
        {"kpi": "handoff_rate", "at": "opened_at", "is": "is_handed_off", "where": "is_bot_conversation"},
    ] %}
    {% set others = [
        {"kpi": "conversations_opened", "kind": "count", "at": "opened_at", "numerator": "1", "where": "true"},
        {"kpi": "sentiment", "kind": "mean", "at": "opened_at", "numerator": "sentiment_sum", "denominator": "tagged_messages", "where": "tagged_messages > 0"},
        {"kpi": "negative_share", "kind": "share", "at": "opened_at", "numerator": "negative_messages", "denominator": "tagged_messages", "where": "tagged_messages > 0"},
    ] %}
    {% set measures = means + others %}
    {% for share in shares %}
        {% do measures.append({"kpi": share["kpi"], "kind": "share", "at": share["at"], "numerator": "case when " ~ share["is"] ~ " then 1 else 0 end", "where": share["where"]}) %}
    {% endfor %}
    {{ return(measures) }}
{% endmacro %}

{#- Surveys about a merged conversation count, about a deleted or spam one they leave with it. -#}
{% macro survey_counts() %}{{ return("coalesce(excluded_reason, 'merged') = 'merged'") }}{% endmacro %}
