{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="sla_target_id", on_schema_change="fail") }}
-- `breached_at` is the instant at which the target was used up; a target that is met at that very instant is met.
with working as (
    select
        *,
        lead(changed_at) over (partition by schedule_key order by changed_at) as ends_at
    from {{ ref('int_schedule_working_time') }}
),

measured as (
    select
        applied.*,
        runs.stopped_at,
        runs.is_stopped,
        runs.is_running,
        runs.is_ended_by_solve,
        runs.ran,
        runs.target,
        runs.pauses,
        runs.paused_minutes,
        runs.paused_intervals,
        case
            when applied.schedule_key is null then {{ microseconds_after("runs.due_reading") }}
            -- Working hours are only laid out so far.
            when working.ends_at >= {{ microseconds_after("runs.due_reading - working.worked_before", "working.changed_at") }}
                then {{ microseconds_after("runs.due_reading - working.worked_before", "working.changed_at") }}
        end as due_at
    from {{ ref('int_sla_targets_applied') }} as applied
    inner join {{ ref('int_sla_targets_run') }} as runs
        on
            applied.conversation_id = runs.conversation_id
            and applied.metric = runs.metric
            and applied.target_number = runs.target_number
    {{ asof_left_join() }} (select * from working where is_working) as working
        on applied.schedule_key = working.schedule_key and runs.due_reading > working.worked_before
),

judged as (
    select
        *,
        case
            when ran > target then 'breached'
            when ran is null then null
            when is_stopped then 'met'
            when is_running then 'running'
            else 'paused'
        end as state
    from measured
)

select
    {{ md5_hash(['judged.conversation_id', 'judged.metric', 'cast(judged.target_number as varchar)']) }} as sla_target_id,
    judged.conversation_id,
    conversations.source_system,
    conversations.customer_id,
    conversations.agent_id,
    conversations.channel,
    conversations.team,
    conversations.topic,
    conversations.segment,
    conversations.priority,
    conversations.excluded_reason,
    judged.metric,
    cast(judged.target_number as bigint) as target_number,
    judged.policy_id,
    judged.clock,
    judged.target_minutes,
    judged.started_at,
    judged.due_at,
    judged.stopped_at,
    case when judged.state = 'breached' then judged.due_at end as breached_at,
    judged.ran / 60000000.0 as elapsed_minutes,
    judged.pauses,
    coalesce(judged.paused_minutes, 0) as paused_minutes,
    judged.paused_intervals,
    judged.state,
    case judged.state when 'met' then true when 'breached' then false end as is_met,
    judged.is_stopped and judged.is_ended_by_solve as fulfilled_by_solve,
    case judged.state when 'met' then judged.stopped_at when 'breached' then judged.due_at end as decided_at
from judged
inner join {{ ref('fct_conversations') }} as conversations
    on judged.conversation_id = conversations.conversation_id
order by judged.conversation_id, judged.metric, judged.target_number
