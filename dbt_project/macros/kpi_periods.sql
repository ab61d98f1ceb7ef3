{#- A KPI mart: every KPI of every day, week or month (unit) and leaf of the dimensions. Records are added up first
    and told apart by KPI then, each fact being read once for each instant that dates it. `kpi_evidence` says the same
    record by record. -#}
{% macro kpi_by_period(unit) %}
with {% for group in kpi_groups() %}
sums_{{ loop.index }} as (
    {{ kpi_group_sums(unit, group) }}
),

{% endfor %}
measures as (
    {% for group in kpi_groups() %}
    {% set group_number = loop.index %}
    {% for measure in group["measures"] %}
    select
        period_start,
        {{ kpi_dimensions() | join(", ") }},
        {{ "kpi" if measure.get("is_kpi_sql") else kpi_name(measure) }} as kpi,
        '{{ measure["kind"] }}' as kind,
        numerator_{{ loop.index }} as numerator,
        denominator_{{ loop.index }} as denominator,
        cast(null as double) as squares
    from sums_{{ group_number }}
    where records_{{ loop.index }} > 0
    union all
    {% endfor %}
    {% endfor %}
    {{ nps_by(unit) }}
    union all
    -- The backlog of a period is that of its last day so far.
    select
        {{ period_start(unit, 'metric_date') }},
        {{ kpi_dimensions() | join(", ") }},
        'backlog',
        'level',
        cast(backlog as double),
        null,
        null
    from {{ ref('fct_backlog_daily') }}
    where
        backlog <> 0
        and metric_date = least({{ period_end(unit, 'metric_date') }}, {{ last_metric_date() }})
        and {{ leaf_in_scope(unit, period_start(unit, 'metric_date')) }}
),

valued as (
    select
        *,
        {{ kpi_value() }} as value,
        100 * {{ normal_half_width('numerator', 'squares', 'denominator') }} as nps_half_width
    from measures
)

select
    {% if unit == "day" %}
    period_start as metric_date,
    {% else %}
    period_start,
    {{ period_end(unit, 'period_start') }} as period_end,
    {{ period_end(unit, 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    {% endif %}
    {{ kpi_dimensions() | join(", ") }},
    kpi,
    kind,
    numerator,
    denominator,
    value,
    {{ kpi_interval('valued', '-') }} as interval_low,
    {{ kpi_interval('valued', '+') }} as interval_high,
    coalesce(denominator >= {{ var('reliable_from') }}, kind in ('count', 'level')) as is_reliable
from valued
order by period_start, kpi, {{ kpi_dimensions() | join(", ") }}
{% endmacro %}

{#- NPS of each period: of a customer's answers in it the latest counts, so periods do not add up. The leaves of the
    dimensions are those of that answer. -#}
{% macro nps_by(unit) -%}
    select
        period_start,
        {{ kpi_dimensions() | join(", ") }},
        kpi,
        kind,
        {{ exact_sum('numerator') }},
        {{ exact_sum('denominator') }},
        {{ exact_sum('numerator * numerator') }}
    from (
        select
            {{ period_start(unit, 'first_date') }} as period_start,
            *,
            row_number() over (
                partition by {{ period_start(unit, 'first_date') }}, coalesce(customer_id, record_id)
                order by dated_at desc nulls last, record_id
            ) as recency
        from {{ ref('kpi_evidence') }}
        where kind = 'nps'
    ) as answers
    where recency = 1 and {{ leaf_in_scope(unit, 'period_start') }}
    group by all
{%- endmacro %}
