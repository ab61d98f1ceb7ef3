{#- The measures that add up over `fct_conversations`: the instant that dates them, what is counted, out of
    what. A conversation counts where `where` holds; `numerator` and `denominator` are summed. -#}
{% macro kpi_measures() %}
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
