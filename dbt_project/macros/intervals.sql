{#- 95 % Wilson interval of a share of k in n. NULL when n is 0. -#}
{% macro wilson_bound(k, n, sign) -%}
    (
        {{ k }} / nullif(cast({{ n }} as double), 0) + {{ z_squared() }} / (2 * nullif({{ n }}, 0))
        {{ sign }} sqrt({{ z_squared() }}) * sqrt(greatest(
            ({{ k }} / nullif(cast({{ n }} as double), 0)) * (1 - {{ k }} / nullif(cast({{ n }} as double), 0))
            + {{ z_squared() }} / (4 * nullif(cast({{ n }} as double), 0)),
            0
        ) / nullif(cast({{ n }} as double), 0))
    ) / (1 + {{ z_squared() }} / nullif(cast({{ n }} as double), 0))
{%- endmacro %}

{#- Square of the normal quantile at 0.975. -#}
{% macro z_squared() -%} 3.841458820694124 {%- endmacro %}

{#- Half the width of the 95 % normal interval of a mean, from the sum and the sum of squares of n scores. -#}
{% macro normal_half_width(total, squares, n) -%}
    sqrt({{ z_squared() }}) * sqrt(greatest(
        {{ squares }} / nullif(cast({{ n }} as double), 0)
        - ({{ total }} / nullif(cast({{ n }} as double), 0)) * ({{ total }} / nullif(cast({{ n }} as double), 0)),
        0
    ) / nullif(cast({{ n }} as double), 0))
{%- endmacro %}
