{#- One end (`-` or `+`) of the 95 % Wilson interval of a share of k in n. NULL when n is 0. -#}
{% macro wilson_bound(k, n, sign) -%}
    case
        when {{ n }} > 0 then greatest(0.0, least(1.0, (
            {{ k }} / cast({{ n }} as double) + {{ z_squared() }} / (2 * {{ n }})
            {{ sign }} sqrt({{ z_squared() }}) * sqrt(greatest(
                ({{ k }} / cast({{ n }} as double)) * (1 - {{ k }} / cast({{ n }} as double)) / {{ n }}
                + {{ z_squared() }} / (4.0 * {{ n }} * {{ n }}),
                0
            ))
        ) / (1 + {{ z_squared() }} / {{ n }})))
    end
{%- endmacro %}

{#- Square of the normal quantile at 0.975. -#}
{% macro z_squared() -%} 3.841458820694124 {%- endmacro %}

{#- Half the width of the 95 % normal interval of a mean, from the sum and the sum of squares of n scores. -#}
{% macro normal_half_width(total, squares, n) -%}
    case
        when {{ n }} > 0 then sqrt({{ z_squared() }}) * sqrt(greatest(
            {{ squares }} / cast({{ n }} as double)
            - ({{ total }} / cast({{ n }} as double)) * ({{ total }} / cast({{ n }} as double)),
            0
        ) / {{ n }})
    end
{%- endmacro %}
