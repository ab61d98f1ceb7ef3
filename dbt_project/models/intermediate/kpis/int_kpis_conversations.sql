-- Measures that add up over conversations (macros/kpi_measures.sql), per day and leaf of the dimensions.
{% for measure in kpi_measures() %}
select
    {{ metric_date(measure["at"]) }} as metric_date,
    channel,
    team,
    topic,
    segment,
    '{{ measure["kpi"] }}' as kpi,
    '{{ measure["kind"] }}' as kind,
    {{ exact_sum(measure["numerator"]) }} as numerator,
    {% if measure["kind"] == "count" %}
    cast(null as double) as denominator,
    {% else %}
    {{ exact_sum(measure.get("denominator", "1")) }} as denominator,
    {% endif %}
    cast(null as double) as squares
from {{ ref('int_conversations_measured') }}
where excluded_reason is null and {{ measure["at"] }} is not null and {{ measure["where"] }}
group by all
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
