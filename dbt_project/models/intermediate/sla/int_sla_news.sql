{#- Conversations with targets that time alone changes. Full build: nothing is asked. -#}
{% if not is_delta() %}
select conversation_id
from {{ ref('int_conversations') }}
where false
{% else %}
-- depends_on: {{ ref('int_conversations') }}
with targets as (
    select * from {{ held('fct_sla_targets') }}
),

laid_out as (
    select schedule_key, max(worked_before) as worked
    from {{ ref('int_schedule_working_time') }}
    group by schedule_key
)

select conversation_id
from targets
where state in ('running', 'paused') or (state = 'breached' and stopped_at is null)

union

-- Met when working hours were not laid out until it was due: some schedule's hours may now reach there. (Which one is
-- its own is not held, and pauses put it off: these are looked at in every build until then.)
select targets.conversation_id
from targets
cross join laid_out
{{ join_working_time("laid_out.schedule_key", "targets.started_at", "at_start") }}
where
    targets.state = 'met'
    and targets.clock = 'business'
    and targets.due_at is null
    and laid_out.worked - {{ worked_microseconds("targets.started_at", "at_start") }} >= targets.target_minutes * 60000000 - 1
{% endif %}
