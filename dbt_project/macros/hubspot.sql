{#- A ticket's priority in our words; HubSpot's middle one is ours that is normal. -#}
{% macro hubspot_priority(column) -%}
    case lower({{ column }}) when 'medium' then 'normal' else lower(nullif({{ column }}, '')) end
{%- endmacro %}
