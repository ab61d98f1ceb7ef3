{#- Tail probabilities in plain arithmetic: SQL has no distribution functions. How close they come is measured in
    tests/dbt_project/test_tail_probability.py, which holds them against scipy. -#}

{#- P(Z ≥ z) of a standard normal: half of the complementary error function by Chebyshev fitting (Press et al.,
    Numerical Recipes, erfcc); relative error below 2e-7 in both tails. -#}
{% macro normal_tail(z) -%}
    {%- set x = "(abs(" ~ z ~ ") / sqrt(2.0))" -%}
    {%- set t = "(1.0 / (1.0 + 0.5 * " ~ x ~ "))" -%}
    {%- set coefficients = [
        "-1.26551223", "1.00002368", "0.37409196", "0.09678418", "-0.18628806",
        "0.27886807", "-1.13520398", "1.48851587", "-0.82215223", "0.17087277",
    ] -%}
    {%- set fit = namespace(sql=coefficients[-1]) -%}
    {%- for coefficient in coefficients[:-1] | reverse -%}
        {%- set fit.sql = "(" ~ coefficient ~ " + " ~ t ~ " * " ~ fit.sql ~ ")" -%}
    {%- endfor -%}
    {%- set half = "(0.5 * " ~ t ~ " * exp(greatest(-700.0, -" ~ x ~ " * " ~ x ~ " + " ~ fit.sql ~ ")))" -%}
    case when {{ z }} >= 0 then {{ half }} else 1 - {{ half }} end
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
