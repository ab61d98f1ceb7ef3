{#- ` 12.5 minutes before it was opened`. -#}
{% macro early(instant, bound, what="it was opened") -%}
    ' ' || {{ number_text("round(" ~ minutes_between(instant, bound) ~ ", 1)") }} || ' minutes before {{ what }}'
{%- endmacro %}

{#- `2026-05-01 to 2026-04-01`. -#}
{% macro date_range_text(first_date, last_date) -%}
    cast({{ first_date }} as varchar) || ' to ' || cast({{ last_date }} as varchar)
{%- endmacro %}
