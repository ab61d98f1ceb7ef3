-- The reasons of who is at risk, now and in the run before, side by side. A rule that spoke in one of the two only has
-- 0 in the other.
{% set runs = {
    "present": "select customer_id, reasons from " ~ ref('customer_health') ~ " where band in ('yellow', 'red')",
    "past": "select customer_id, reasons from " ~ ref('int_risk_before') ~ " where reasons is not null",
} %}
with
{% for run, query in runs.items() %}
{{ run }} as (
    {{ query }}
),

{{ run }}_rows as (
    {{ json_list_rows(run, 'reasons', ['customer_id']) }}
),

{{ run }}_named as (
    select
        customer_id,
        position,
        {{ json_text('element', 'feature') }} as feature,
        coalesce({{ json_text('element', 'label') }}, {{ json_text('element', 'feature') }}) as label,
        {{ json_text('element', 'reason') }} as reason,
        try_cast({{ json_text('element', 'contribution') }} as double) as contribution
    from {{ run }}_rows
),

-- Two rules of one feature and label are told apart by their order.
{{ run }}_reasons as (
    select *, row_number() over (partition by customer_id, feature, label order by position) as occurrence
    from {{ run }}_named
){{ "," if not loop.last }}
{% endfor %}

select
    coalesce(present_reasons.customer_id, past_reasons.customer_id) as customer_id,
    row_number() over (
        partition by coalesce(present_reasons.customer_id, past_reasons.customer_id)
        order by present_reasons.position nulls last, past_reasons.position
    ) as position,
    coalesce(present_reasons.feature, past_reasons.feature) as feature,
    coalesce(present_reasons.label, past_reasons.label) as label,
    coalesce(present_reasons.reason, 'no longer: ' || past_reasons.reason) as reason,
    coalesce(present_reasons.contribution, 0) as contribution,
    case when before.score is not null then coalesce(past_reasons.contribution, 0) end as previous_contribution
from present_reasons
full outer join past_reasons
    on
        present_reasons.customer_id = past_reasons.customer_id
        and present_reasons.feature = past_reasons.feature
        and present_reasons.label = past_reasons.label
        and present_reasons.occurrence = past_reasons.occurrence
inner join {{ ref('int_risk_before') }} as before
    on coalesce(present_reasons.customer_id, past_reasons.customer_id) = before.customer_id
