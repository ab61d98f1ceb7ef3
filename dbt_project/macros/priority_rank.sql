{#- Priorities in order; a word we do not know has no rank. -#}
{% macro priority_rank(column) -%}
    case lower({{ column }})
        when 'low' then 1 when 'normal' then 2 when 'medium' then 2 when 'high' then 3
        when 'urgent' then 4 when 'critical' then 4
    end
{%- endmacro %}
