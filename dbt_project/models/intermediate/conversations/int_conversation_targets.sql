{{ config(materialized="view") }}
-- The target each conversation is held to: of the targets for its measure the most particular one, a topic's
-- before a channel's before everybody's (seeds/kpi_targets.csv).
with matches as (
    select
        profiles.conversation_id,
        targets.measure,
        targets.target,
        row_number() over (
            partition by profiles.conversation_id, targets.measure
            order by
                case when targets.topic is not null then 1 when targets.channels is not null then 2 else 3 end,
                targets.target
        ) as place
    from {{ ref('int_conversation_profiles') }} as profiles
    inner join {{ ref('kpi_targets') }} as targets
        on
            targets.measure in ('first_response_minutes', 'resolution_minutes')
            and targets.target is not null
            and (targets.topic is null or targets.topic = profiles.topic)
            and (targets.channels is null or ';' || targets.channels || ';' like '%;' || profiles.channel || ';%')
)

select
    conversation_id,
    max(target) filter (where measure = 'first_response_minutes') as first_response_target_minutes,
    max(target) filter (where measure = 'resolution_minutes') as resolution_target_minutes
from matches
where place = 1
group by conversation_id
