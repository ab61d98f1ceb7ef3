{#- One end (`-` or `+`) of the Wilson interval of a share of k in n, 95 % by default. NULL when n is 0. -#}
{% macro wilson_bound(k, n, sign, squared_z=z_squared()) -%}
    case
        when {{ n }} > 0 then greatest(0.0, least(1.0, (
            {{ k }} / cast({{ n }} as double) + {{ squared_z }} / (2 * {{ n }})
            {{ sign }} sqrt({{ squared_z }}) * sqrt(greatest(
                ({{ k }} / cast({{ n }} as double)) * (1 - {{ k }} / cast({{ n }} as double)) / {{ n }}
                + {{ squared_z }} / (4.0 * {{ n }} * {{ n }}),
                0
            ))
        ) / (1 + {{ squared_z }} / {{ n }})))
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

{#- One end (`-` or `+`) of the interval of the difference of two shares, k in n less other_k in other_n: Newcombe's hybrid of two
    Wilson intervals (Statistics in Medicine 1998, 17:873-890, method 10). NULL when one of them is of nobody. -#}
{% macro newcombe_bound(k, n, other_k, other_n, sign, squared_z) -%}
    {%- set other_sign = "+" if sign == "-" else "-" -%}
    {%- set share, other_share = k ~ " / cast(" ~ n ~ " as double)", other_k ~ " / cast(" ~ other_n ~ " as double)" -%}
    case
        when {{ n }} > 0 and {{ other_n }} > 0
            then
                {{ share }} - {{ other_share }}
                {{ sign }} sqrt(
                    pow({{ share }} - {{ wilson_bound(k, n, sign, squared_z) }}, 2)
                    + pow({{ other_share }} - {{ wilson_bound(other_k, other_n, other_sign, squared_z) }}, 2)
                )
    end
{%- endmacro %}
