{% macro kpi_dimensions() %}{{ return(["channel", "team", "topic", "segment"]) }}{% endmacro %}

{#- What the measures of a group add up to, one row per period and leaf. -#}
{% macro kpi_group_sums(unit, group) %}
    {% set period = period_start(unit, metric_date(group["at"])) %}
    {% set dimensions = [] %}
    {% for dimension in kpi_dimensions() %}
    {% do dimensions.append("cast(" ~ group.get(dimension, dimension) ~ " as varchar)") %}
    {% endfor %}
    select
        {{ period }} as period_start,
        {% for dimension in kpi_dimensions() %}
        {{ dimensions[loop.index0] }} as {{ dimension }},
        {% endfor %}
        {% for measure in group["measures"] %}
        {% if measure.get("is_kpi_sql") %}{{ kpi_name(measure) }} as kpi,{% endif %}
        count(*) filter (where {{ measure["where"] }}) as records_{{ loop.index }},
        {{ kpi_sum(measure["numerator"], measure["where"]) }} as numerator_{{ loop.index }},
        {{ kpi_sum(kpi_denominator(measure), measure["where"]) }} as denominator_{{ loop.index }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref(group["fact"]) }}
    where
        {{ group["at"] }} is not null
        and {{ group["where"] }}
        and {{ leaf_in_scope(unit, period, dimensions) }}
    group by all
{%- endmacro %}

{#- Decimals only where there are fractions. -#}
{% macro kpi_sum(column, where) -%}
    {% if column == "null" -%}
    cast(null as double)
    {%- elif column == "1" -%}
    cast(count(*) filter (where {{ where }}) as double)
    {%- else -%}
    {{ exact_sum(column, where) }}
    {%- endif %}
{%- endmacro %}
