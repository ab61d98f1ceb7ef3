{#- A view: as rows it would be half of `kpi_evidence`, which is one too. -#}
{{ config(materialized="view") }}
{#- Who a number is put down to: turns to whom answered them, surveys to whom they name, the rest to the assignee. -#}
{% set kpis = {
    "fct_responses": ["response_minutes", "response_business_minutes"],
    "fct_survey_responses": ["csat"],
    "fct_conversations": ["one_touch", "fcr", "reopen_rate", "transfer_rate"],
} %}
with calls as (
    select
        agent_id,
        conversation_id,
        channel,
        topic,
        {{ metric_date('call_answered_at') }} as metric_date,
        answered_calls,
        handle_minutes
    from {{ ref('fct_conversations') }}
    where answered_calls > 0 and excluded_reason is null
),

turns as (
    select agent_id, conversation_id, channel, topic, {{ metric_date('answered_at') }} as metric_date
    from {{ ref('fct_responses') }}
    where answered_at is not null and excluded_reason is null
),

-- Counts once a week, on the first day, however often they answered in it.
handled as (
    select agent_id, conversation_id, channel, topic, min(metric_date) as metric_date
    from (
        select agent_id, conversation_id, channel, topic, metric_date from turns
        union all
        select agent_id, conversation_id, channel, topic, metric_date from calls
    ) as answers
    group by agent_id, conversation_id, channel, topic, {{ period_start('week', 'metric_date') }}
),

evidence as (
    {% for group in kpi_groups() %}
    {% for measure in group["measures"] if measure["kpi"] in kpis.get(group["fact"], []) %}
    select
        agent_id,
        {{ kpi_name(measure) }} as kpi,
        '{{ measure["kind"] }}' as kind,
        {{ metric_date(group["at"]) }} as metric_date,
        channel,
        topic,
        {{ measure["numerator"] }} as numerator,
        {{ kpi_denominator(measure) }} as denominator
    from {{ ref(group["fact"]) }}
    where {{ group["at"] }} is not null and {{ group["where"] }} and {{ measure["where"] }}
    union all
    {% endfor %}
    {% endfor %}
    {% for rows, kpi, kind, numerator, denominator in [
        ("handled", "conversations_handled", "count", "1", "null"),
        ("turns", "turns_answered", "count", "1", "null"),
        ("calls", "calls_answered", "count", "answered_calls", "null"),
        ("calls", "handle_minutes", "mean", "handle_minutes", "answered_calls"),
    ] %}
    select agent_id, '{{ kpi }}', '{{ kind }}', metric_date, channel, topic, {{ numerator }}, {{ denominator }}
    from {{ rows }}
    union all
    {% endfor %}
    {% for kpi, kind, at, numerator, denominator in [
        ("conversations_solved", "count", "resolved_at", "1", "null"),
        ("sentiment_shift", "mean", "opened_at", "sentiment_shift", "1"),
    ] %}
    select agent_id, '{{ kpi }}', '{{ kind }}', {{ metric_date(at) }}, channel, topic, {{ numerator }}, {{ denominator }}
    from {{ ref('fct_conversations') }}
    where excluded_reason is null and {{ at }} is not null and {{ numerator }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    evidence.agent_id,
    agents.team,
    evidence.kpi,
    evidence.kind,
    evidence.metric_date,
    evidence.channel,
    evidence.topic,
    cast(evidence.numerator as decimal(28, 9)) as numerator,
    cast(evidence.denominator as decimal(28, 9)) as denominator
from evidence
inner join {{ ref('dim_agents') }} as agents
    on evidence.agent_id = agents.agent_id
where agents.role <> 'bot'
