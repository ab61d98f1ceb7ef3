-- The schedule a conversation is measured by, as in force when it opened: the one it names; the assignment by brand,
-- team, channel, default; the only schedule of its source when nothing is assigned there. Its own source's before
-- another's. None: business minutes are NULL.
with conversations as (
    select * from {{ ref('int_conversations') }} where {{ in_scope('conversation_id') }}
),
schedules as (
    select source_system, schedule_id, schedule_key, min(time_zone) as time_zone
    from {{ ref('int_schedule_hours') }}
    group by source_system, schedule_id, schedule_key
),

assignments as (
    select
        assignments.source_system,
        assignments.scope,
        lower(assignments.value) as assigned_value,
        assignments.valid_from,
        assignments.valid_to,
        schedules.schedule_key,
        schedules.time_zone
    from {{ ref('int_schedule_assignments') }} as assignments
    inner join schedules
        on
            assignments.source_system = schedules.source_system
            and assignments.schedule_id = schedules.schedule_id
),

named as (
    select
        conversations.conversation_id,
        schedules.schedule_key,
        schedules.source_system = conversations.source_system as is_own,
        0 as preference,
        cast(null as date) as valid_from
    from conversations
    inner join schedules
        on conversations.schedule_id = schedules.schedule_id
),

assigned as (
    select
        conversations.conversation_id,
        assignments.schedule_key,
        assignments.source_system = conversations.source_system as is_own,
        case assignments.scope when 'brand' then 1 when 'team' then 2 when 'channel' then 3 else 4 end as preference,
        assignments.valid_from
    from conversations
    inner join assignments
        on
            coalesce(assignments.assigned_value, '') = case assignments.scope
                when 'brand' then lower(conversations.brand)
                when 'team' then lower(conversations.team)
                when 'channel' then conversations.channel
                when 'default' then coalesce(assignments.assigned_value, '')
            end
            and (
                assignments.valid_from is null
                or {{ local_date('conversations.opened_at', 'assignments.time_zone') }} >= assignments.valid_from
            )
            and (
                assignments.valid_to is null
                or {{ local_date('conversations.opened_at', 'assignments.time_zone') }} <= assignments.valid_to
            )
),

only_schedules as (
    select source_system, min(schedule_key) as schedule_key
    from schedules
    where source_system not in (select source_system from assignments)
    group by source_system
    having count(*) = 1
),

only_one as (
    select
        conversations.conversation_id,
        only_schedules.schedule_key,
        true as is_own,
        5 as preference,
        cast(null as date) as valid_from
    from conversations
    inner join only_schedules
        on conversations.source_system = only_schedules.source_system
),

ranked as (
    select
        *,
        row_number() over (
            partition by conversation_id
            order by is_own desc nulls last, preference, valid_from desc nulls last, schedule_key
        ) as choice
    from (
        select * from named
        union all
        select * from assigned
        union all
        select * from only_one
    ) as candidates
)

select conversation_id, schedule_key
from ranked
where choice = 1
