{#- From steps (+1 when something begins, -1 when it ends; at most one row per date and leaf) to levels: one row per
    date and leaf from its first step on, where something stepped or the first level is not 0. Cost follows the
    rows that come out, not leaves × dates. A body of a CTE.

    relation: has `metric_date`, the leaves, `flows` (kept, 0 on dates without a step) and the steps.
    levels: level column → its step (SQL over the relation). -#}
{% macro levels_by_date(relation, leaves, levels, flows=[]) %}
    {% set first_level = (levels.keys() | list)[0] %}
    with running as (
        select
            metric_date,
            {{ leaves | join(", ") }},
            {% for flow in flows %}{{ flow }}, {% endfor %}
            {% for level, step in levels.items() %}
            cast(sum({{ step }}) over leaf as bigint) as {{ level }},
            {% endfor %}
            coalesce(lead(metric_date) over leaf, {{ last_metric_date() }} + 1) as next_date
        from {{ relation }}
        window leaf as (partition by {{ leaves | join(", ") }} order by metric_date)
    ),

    dates as (
        {{ date_spine("(select min(metric_date) from running)", last_metric_date()) }}
    )

    select
        metric_date,
        {{ leaves | join(", ") }},
        {% for column in flows + (levels.keys() | list) %}{{ column }}{{ ", " if not loop.last }}{% endfor %}
    from running

    union all

    select
        dates.calendar_date,
        {% for leaf in leaves %}running.{{ leaf }}, {% endfor %}
        {% for flow in flows %}0, {% endfor %}
        {% for level in levels %}running.{{ level }}{{ ", " if not loop.last }}{% endfor %}
    from running
    inner join dates
        on dates.calendar_date > running.metric_date and dates.calendar_date < running.next_date
    where running.{{ first_level }} <> 0
{% endmacro %}
