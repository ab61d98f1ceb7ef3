{#- P(Z > z) of a standard normal, for a column z: engines have no such function. Hart's rational approximation
    (algorithm 5666, as given by West, 2005), beyond 7.07 a continued fraction. It is right in the far tail too,
    where corrections for many tests look. -#}
{% macro normal_tail(z) -%}
    case when {{ z }} < 0 then 1 - {{ upper_normal_tail(z) }} else {{ upper_normal_tail(z) }} end
{%- endmacro %}

{#- The same for |z|. -#}
{% macro upper_normal_tail(z) -%}
    {%- set above = [
        0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
        221.213596169931, 220.206867912376,
    ] -%}
    {%- set below = [
        0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
        637.333633378831, 793.826512519948, 440.413735824752,
    ] -%}
    exp(-least(abs({{ z }}), 38.0) * least(abs({{ z }}), 38.0) / 2)
    * case
        when abs({{ z }}) < 7.07106781186547
            then {{ polynomial('abs(' ~ z ~ ')', above) }} / {{ polynomial('abs(' ~ z ~ ')', below) }}
        else
            1 / (2.506628274631 * (abs({{ z }}) + 1 / (abs({{ z }}) + 2 / (abs({{ z }}) + 3 / (abs({{ z }}) + 4 / (abs({{ z }}) + 0.65))))))
    end
{%- endmacro %}

{#- A polynomial by its coefficients, highest power first. -#}
{% macro polynomial(x, coefficients) -%}
    {%- set ns = namespace(sum="cast(" ~ coefficients[0] ~ " as double)") -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set ns.sum = "(" ~ ns.sum ~ " * " ~ x ~ " + " ~ coefficient ~ ")" -%}
    {%- endfor -%}
    {{ ns.sum }}
{%- endmacro %}
