{#- What fct_messages says of a customer's message. -#}
{% macro message_tag_columns() -%}
    {{ return([
        "sentiment", "sentiment_score", "topic", "topics", "own_topic", "churn_intent", "complaint",
        "escalation_request", "refund_request", "urgency", "language", "is_corrected",
    ]) }}
{%- endmacro %}
