-- The policy that each target is held to: the most particular one in force when it started (dates of the
-- reporting zone; `valid_to` is the last one).
with targets as (
    select
        stays.conversation_id,
        stays.metric,
        stays.target_number,
        stays.started_at,
        {{ metric_date('stays.started_at') }} as start_date,
        profiles.source_system,
        profiles.channel,
        lower(profiles.priority) as priority,
        profiles.segment,
        profiles.topic
    from {{ ref('int_sla_stays') }} as stays
    inner join {{ ref('int_conversation_profiles') }} as profiles
        on stays.conversation_id = profiles.conversation_id
    where stays.stay_number = 1
),

matched as (
    select
        targets.conversation_id,
        targets.metric,
        targets.target_number,
        targets.started_at,
        matches.policy_id,
        matches.clock,
        matches.target_minutes,
        row_number() over (
            partition by targets.conversation_id, targets.metric, targets.target_number
            order by matches.preference
        ) as choice
    from targets
    inner join {{ ref('int_sla_policy_matches') }} as matches
        on
            targets.metric = matches.metric
            and targets.source_system = matches.source_system
            and targets.channel = matches.channel
            and targets.priority is not distinct from matches.priority
            and targets.segment is not distinct from matches.segment
            and targets.topic is not distinct from matches.topic
            and (matches.valid_from is null or targets.start_date >= matches.valid_from)
            and (matches.valid_to is null or targets.start_date <= matches.valid_to)
)

select
    matched.conversation_id,
    matched.metric,
    matched.target_number,
    matched.started_at,
    matched.policy_id,
    matched.clock,
    matched.target_minutes,
    case when matched.clock = 'business' then schedules.schedule_key end as schedule_key,
    matched.clock = 'calendar' or schedules.schedule_key is not null as is_measurable
from matched
left join {{ ref('int_conversation_schedules') }} as schedules
    on matched.conversation_id = schedules.conversation_id
where matched.choice = 1
