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
            + {{ failure }} * {{ peizer_pratt("((" ~ x ~ " + 0.5) / (" ~ trials ~ " * " ~ chance ~ "))") }}
            + {{ chance }} * {{ peizer_pratt("((" ~ trials ~ " - " ~ x ~ " - 0.5) / (" ~ trials ~ " * " ~ failure ~ "))") }}
        ) / (({{ trials }} + 1 / 6.0) * {{ chance }} * {{ failure }})
    )
{%- endmacro %}

{#- Their function g, by its series where the fraction is 0 / 0. -#}
{% macro peizer_pratt(t) -%}
    case
        when abs({{ t }} - 1) < 0.001 then (1 - {{ t }}) / 3
        else (1 - {{ t }} * {{ t }} + 2 * {{ t }} * ln({{ t }})) / ((1 - {{ t }}) * (1 - {{ t }}))
    end
{%- endmacro %}
