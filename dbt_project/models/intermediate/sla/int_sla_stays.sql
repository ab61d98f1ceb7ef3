-- The stretches in which a target's clock runs, numbered. A word owed is one stretch; the targets on status
-- run in the stays that their metric names and are paused in between.
{% set statuses = {
    "requester_wait": ["new", "open", "hold"],
    "agent_work": ["new", "open"],
    "resolution": ["new", "open", "pending", "hold"],
} %}
with stays as (
    select
        conversation_id,
        metric,
        target_number,
        1 as stay_number,
        started_at,
        ended_at,
        ended_at as stopped_at,
        ended_at is not null as is_stopped,
        is_ended_by_solve
    from {{ ref('int_sla_replies') }}
    {% for metric, running_in in statuses.items() %}

    union all

    select
        spans.conversation_id,
        '{{ metric }}',
        1,
        row_number() over (partition by spans.conversation_id order by spans.event_number),
        spans.started_at,
        spans.ended_at,
        resolution.resolved_at,
        resolution.is_solved,
        false
    from {{ ref('int_status_spans') }} as spans
    inner join {{ ref('int_conversation_resolution') }} as resolution
        on spans.conversation_id = resolution.conversation_id
    where spans.status in ({{ quoted(running_in) }})
    {% endfor %}
)

select *
from stays
where metric in (select metric from {{ ref('int_sla_policy_matches') }})
