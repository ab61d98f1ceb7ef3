{#- A KPI's value from its evidence, by kind: a share is 0 to 1, NPS -100 to 100, a count is its own value.
    NULL when there is nothing to divide by. -#}
{% macro kpi_value() -%}
    case kind
        when 'nps' then 100 * numerator / nullif(denominator, 0)
        when 'count' then numerator
        when 'level' then numerator
        else numerator / nullif(denominator, 0)
    end
{%- endmacro %}

{#- One end (`-` or `+`) of a KPI's 95 % interval; `row` names the relation. NULL for means and counts. -#}
{% macro kpi_interval(row, sign) -%}
    case {{ row }}.kind
        when 'share' then {{ wilson_bound(row ~ ".numerator", row ~ ".denominator", sign) }}
        when 'nps' then (
            case
                when {{ row }}.value is not null
                    then greatest(-100.0, least(100.0, {{ row }}.value {{ sign }} {{ row }}.nps_half_width))
            end
        )
    end
{%- endmacro %}
