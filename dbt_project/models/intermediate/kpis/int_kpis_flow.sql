-- Conversations solved and reopened, and turns answered, per day and leaf of the dimensions.
with spans as (
    select spans.*, measured.channel, measured.team, measured.topic, measured.segment
    from {{ ref('int_status_spans') }} as spans
    inner join {{ ref('int_conversations_measured') }} as measured
        on spans.conversation_id = measured.conversation_id
    where measured.excluded_reason is null and spans.event_number > 0
),

flows as (
    select
        {{ metric_date('started_at') }} as metric_date, channel, team, topic, segment,
        case when is_solved then 'conversations_solved' else 'conversations_reopened' end as kpi
    from spans
    where (is_solved and not was_solved) or (was_solved and status = 'open')
),

turns as (
    select
        {{ metric_date('turns.ended_at') }} as metric_date,
        measured.channel, measured.team, measured.topic, measured.segment,
        turns.minutes,
        turns.business_minutes
    from {{ ref('int_conversation_spans') }} as turns
    inner join {{ ref('int_conversations_measured') }} as measured
        on turns.conversation_id = measured.conversation_id
    where turns.measure = 'response' and turns.ended_at is not null and measured.excluded_reason is null
)

select
    metric_date, channel, team, topic, segment, kpi, 'count' as kind,
    cast(count(*) as double) as numerator, cast(null as double) as denominator, cast(null as double) as squares
from flows
group by all

{% for clock in ["", "business_"] %}
union all

select
    metric_date, channel, team, topic, segment, 'response_{{ clock }}minutes', 'mean',
    {{ exact_sum(clock ~ 'minutes') }}, cast(count({{ clock }}minutes) as double), null
from turns
where {{ clock }}minutes is not null
group by all
{% endfor %}
