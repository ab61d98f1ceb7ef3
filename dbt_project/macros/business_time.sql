{#-
  Business time in two parts. `int_schedule_working_time` holds, per schedule, a cumulative working-time
  function as its change points; these macros look it up at both ends of a span and take the
  difference. The cost does not depend on how long the span is or how much history the schedule has.

      from spans
      {{ join_working_time("spans.schedule_key", "spans.started_at", "at_start") }}
      {{ join_working_time("spans.schedule_key", "spans.ended_at", "at_end") }}

  then `{{ business_minutes("spans.schedule_key", "spans.started_at", "spans.ended_at") }}`.
-#}
{% macro join_working_time(schedule_key, instant, alias) -%}
    {{ asof_left_join() }} {{ ref('int_schedule_working_time') }} as {{ alias }}
        on {{ schedule_key }} = {{ alias }}.schedule_key and {{ instant }} >= {{ alias }}.changed_at
{%- endmacro %}

{#- Microseconds worked from the beginning of the schedule to the instant. Before its first change point: 0. -#}
{% macro worked_microseconds(instant, alias) -%}
    (
        coalesce({{ alias }}.worked_before, 0)
        + case when {{ alias }}.is_working then {{ microseconds(instant) }} - {{ microseconds(alias ~ ".changed_at") }} else 0 end
    )
{%- endmacro %}

{#- NULL without a schedule and until both ends happened. -#}
{% macro business_minutes(schedule_key, started_at, ended_at) -%}
    case
        when {{ schedule_key }} is not null and {{ started_at }} is not null and {{ ended_at }} is not null
            then ({{ worked_microseconds(ended_at, 'at_end') }} - {{ worked_microseconds(started_at, 'at_start') }})
                / 60000000.0
    end
{%- endmacro %}

{#- What a clock shows at an instant, in microseconds: working time where there is a schedule, else the calendar.
    Readings of one clock can be subtracted. -#}
{% macro clock_reading(schedule_key, instant, alias) -%}
    case when {{ schedule_key }} is null then {{ microseconds(instant) }} else {{ worked_microseconds(instant, alias) }} end
{%- endmacro %}
