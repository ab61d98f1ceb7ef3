{#- A share of k in n under one name, with its evidence: `<name>`, `<name>_low`, `<name>_high` (95 % Wilson),
    `is_<name>_reliable`. -#}
{% macro share_columns(name, k, n) -%}
    {{ k }} / cast(nullif({{ n }}, 0) as double) as {{ name }},
    {{ wilson_bound(k, n, "-") }} as {{ name }}_low,
    {{ wilson_bound(k, n, "+") }} as {{ name }}_high,
    {{ n }} >= {{ var('reliable_from') }} as is_{{ name }}_reliable
{%- endmacro %}

{#- The month a row stands for, as every mart by month shows it. -#}
{% macro month_columns(period_start) -%}
    {{ period_start }} as period_start,
    {{ period_end('month', period_start) }} as period_end,
    {{ period_end('month', period_start) }} <= {{ last_metric_date() }} as is_complete
{%- endmacro %}
