{#- The run's only "now", an instant. -#}
{% macro as_of() -%}
    cast('{{ run_value("HEEDLINE_AS_OF", var("as_of")) }}' as timestamp with time zone)
{%- endmacro %}

{#- A value that differs from run to run: read when SQL is written and not when the project is read, so that dbt reads
    the project anew only when the project has changed (8 s). -#}
{% macro run_value(name, otherwise) -%}
    {{ return(env_var(name, otherwise) if execute else otherwise) }}
{%- endmacro %}

{#- The day (in the reporting zone) an instant belongs to. -#}
{% macro metric_date(column) -%}
    {{ local_date(column, "'" ~ var('reporting_time_zone') ~ "'") }}
{%- endmacro %}

{#- The last day that the run knows anything of: the day before `as_of` when that is a midnight. -#}
{% macro last_metric_date() -%}
    {{ metric_date(as_of() ~ " - interval 1 microsecond") }}
{%- endmacro %}

{#- Days as a duration of 24 hours each: a calendar day's length would depend on the session's zone. -#}
{% macro days(count) -%} interval '{{ 24 * count }} hours' {%- endmacro %}

{#- The last day that was over at `as_of`. -#}
{% macro last_complete_date() -%} ({{ metric_date(as_of()) }} - 1) {%- endmacro %}
