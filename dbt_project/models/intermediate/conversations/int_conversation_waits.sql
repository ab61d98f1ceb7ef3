{{ config(materialized="view") }}
-- One row per conversation with its time by whom it waited for. No stay of a kind at all is no time; while
-- one lasts the sum is NULL: a duration waits until both of its ends happened.
{% set kinds = {"requester_wait": ["new", "open", "hold"], "agent_wait": ["pending"], "on_hold": ["hold"]} %}
with spans as (
    select * from {{ ref('int_status_span_minutes') }}
),

sums as (
    select
        conversation_id,
        {% for kind, statuses in kinds.items() %}
        count(*) filter (where status in ({{ quoted(statuses) }})) as {{ kind }}_stays,
        count(*) filter (where status in ({{ quoted(statuses) }}) and ended_at is null) as {{ kind }}_running,
        {{ exact_sum('minutes', "status in (" ~ quoted(statuses) ~ ")") }} as {{ kind }}_minutes,
        {{ exact_sum('business_minutes', "status in (" ~ quoted(statuses) ~ ")") }} as {{ kind }}_business_minutes{{ "," if not loop.last }}
        {% endfor %}
    from spans
    group by conversation_id
)

select
    sums.conversation_id,
    {% for kind in kinds %}
    case
        when {{ kind }}_stays = 0 then 0
        when {{ kind }}_running = 0 then {{ kind }}_minutes
    end as {{ kind }}_minutes,
    case
        when {{ kind }}_stays = 0 then (case when schedules.schedule_key is not null then 0 end)
        when {{ kind }}_running = 0 then {{ kind }}_business_minutes
    end as {{ kind }}_business_minutes{{ "," if not loop.last }}
    {% endfor %}
from sums
left join {{ ref('int_conversation_schedules') }} as schedules
    on sums.conversation_id = schedules.conversation_id
