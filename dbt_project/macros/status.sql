{#- A status as one of ours; a word that nobody knows is open, so that the conversation stays in the backlog. -#}
{% macro known_status(column) -%}
    case when {{ unknown_status(column) }} is not null then 'open' else {{ column }} end
{%- endmacro %}

{#- The word as it came, where it is none of ours. -#}
{% macro unknown_status(column) -%}
    case
        when {{ column }} not in ('new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted') then {{ column }}
    end
{%- endmacro %}
