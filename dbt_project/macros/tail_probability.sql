{#- Tail probabilities in plain arithmetic: SQL has no distribution functions. How close they come is measured in
    tests/dbt_project/test_tail_probability.py, which holds them against scipy. -#}

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

{#- The z above which a standard normal has this probability, below 0.024: the tail of Acklam's rational approximation
    (2003). -#}
{% macro normal_quantile(probability) -%}
    {%- set q = "sqrt(-2 * ln(" ~ probability ~ "))" -%}
    {%- set above = [
        -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
        2.938163982698783,
    ] -%}
    {%- set below = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0] -%}
    (- {{ polynomial(q, above) }} / {{ polynomial(q, below) }})
{%- endmacro %}

{#- A polynomial by its coefficients, highest power first. -#}
{% macro polynomial(x, coefficients) -%}
    {%- set ns = namespace(sum="cast(" ~ coefficients[0] ~ " as double)") -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set ns.sum = "(" ~ ns.sum ~ " * " ~ x ~ " + " ~ coefficient ~ ")" -%}
    {%- endfor -%}
    {{ ns.sum }}
{%- endmacro %}

{#- The normal score of Student's t, so that P(T ≥ t) = normal_tail(score): Peizer and Pratt 1968. -#}
{% macro student_score(t, df) -%}
    (sign({{ t }}) * ({{ df }} - 2.0 / 3 + 0.1 / {{ df }})
        * sqrt(ln(1 + {{ t }} * {{ t }} / {{ df }}) / ({{ df }} - 5.0 / 6)))
{%- endmacro %}

{#- The normal score of P(Y ≥ y), y ≥ 1, for a negative binomial count Y with this size and mean size × p / (1 - p):
    Peizer and Pratt's approximation (1968, eq. 2.24). `y` and `size` ≥ 1 need not be whole. -#}
{% macro negative_binomial_score(y, size, p) -%}
    {%- set below, above = "(" ~ y ~ " - 0.5)", "(" ~ size ~ " - 0.5)" -%}
    {%- set n = "(" ~ y ~ " + " ~ size ~ " - 1)" -%}
    ((
        {{ below }} + 1.0 / 6 - ({{ n }} + 1.0 / 3) * {{ p }}
        + 0.02 * ((1 - {{ p }}) / {{ y }} - {{ p }} / {{ size }} + (0.5 - {{ p }}) / ({{ n }} + 1))
    ) * sqrt((
        1
        + (1 - {{ p }}) * {{ peizer_pratt_g(below ~ " / (" ~ n ~ " * " ~ p ~ ")") }}
        + {{ p }} * {{ peizer_pratt_g(above ~ " / (" ~ n ~ " * (1 - " ~ p ~ "))") }}
    ) / (({{ n }} + 1.0 / 6) * {{ p }} * (1 - {{ p }}))))
{%- endmacro %}

{#- The normal deviate below which lies P(X <= x) of a binomial (trials, chance), by Peizer and Pratt (1968). All are
    columns; trials and x need not be whole, so that a sum of unlike parts can be read as the binomial of the
    same mean, variance and skewness. x is kept inside the binomial's range, where its tail ends anyway. -#}
{% macro binomial_deviate(x, trials, chance) -%}
    {%- set x = "greatest(-0.45, least(" ~ trials ~ " - 0.55, " ~ x ~ "))" -%}
    {%- set failure = "(1 - " ~ chance ~ ")" -%}
    (
        ({{ x }}) + 2 / 3.0 - ({{ trials }} + 1 / 3.0) * {{ chance }}
        + 0.02 * (
            {{ failure }} / ({{ x }} + 1)
            - {{ chance }} / ({{ trials }} - {{ x }})
            + (0.5 - {{ chance }}) / ({{ trials }} + 1)
        )
    ) * sqrt(
        (
            1
            + {{ failure }} * {{ peizer_pratt_g("((" ~ x ~ " + 0.5) / (" ~ trials ~ " * " ~ chance ~ "))") }}
            + {{ chance }} * {{ peizer_pratt_g("((" ~ trials ~ " - " ~ x ~ " - 0.5) / (" ~ trials ~ " * " ~ failure ~ "))") }}
        ) / (({{ trials }} + 1 / 6.0) * {{ chance }} * {{ failure }})
    )
{%- endmacro %}

{#- g(x) = (1 - x² + 2x ln x) / (1 - x)², by its series where that is 0 / 0. -#}
{% macro peizer_pratt_g(x) -%}
    case
        when abs(1 - {{ x }}) < 0.001 then (1 - {{ x }}) / 3 + (1 - {{ x }}) * (1 - {{ x }}) / 6
        else (1 - {{ x }} * {{ x }} + 2 * {{ x }} * ln({{ x }})) / ((1 - {{ x }}) * (1 - {{ x }}))
    end
{%- endmacro %}

{#- P(T ≥ t) of Student's t, df > 1. -#}
{% macro student_tail(t, df) -%} {{ normal_tail(student_score(t, df)) }} {%- endmacro %}

{#- A topic's day is flagged below this probability: the set false alarms, spread over the 91 days of a quarter. -#}
{% macro trending_threshold() -%} ({{ var('trending_false_alarms_per_quarter') }} / 91.0) {%- endmacro %}
