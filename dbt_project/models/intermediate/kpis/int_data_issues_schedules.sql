-- Hours, holidays and assignments that cannot be used as they are; one row per rule and record. Such rows have
-- no id of their own: `remote_id` is the schedule's, `record_id` tells them apart.
with hours as (
    select
        *,
        weekday || ' ' || coalesce(start_local, '?') || '-' || coalesce(end_local, '?') as said
    from {{ ref('int_schedules') }}
),

-- Minutes of the week at which usable hours begin and end; a night into Monday goes on beyond the week.
weekly as (
    select
        *,
        (weekday - 1) * 1440 + start_minute as starts,
        (weekday - 1) * 1440 + end_minute as ends
    from {{ ref('int_schedule_hours') }}
),

-- What names a schedule, and the dates it is for.
named as (
    select 'schedules' as entity, source_system, schedule_id, remote_id, valid_from as first_date, valid_to as last_date
    from {{ ref('int_schedules') }}
    union all
    select 'schedule_assignments', source_system, schedule_id, remote_id, valid_from, valid_to
    from {{ ref('int_schedule_assignments') }}
    union all
    select 'holidays', source_system, schedule_id, remote_id, date_from, date_to
    from {{ ref('int_holidays') }}
)

select 'time_zone_unknown' as rule, source_system, 'schedules' as entity, schedule_id as remote_id, time_zone as found, remote_id as record_id
from hours
where time_zone is null or time_zone not in (select name from {{ known_time_zones() }})

union all

select 'weekday_unknown', source_system, 'schedules', schedule_id, cast(weekday as varchar), remote_id
from hours
where coalesce(weekday not between 1 and 7, true)

union all

select 'time_of_day_unreadable', source_system, 'schedules', schedule_id, said, remote_id
from hours
where {{ minutes_of_day('start_local') }} is null or {{ minutes_of_day('end_local') }} is null

union all

select
    'time_of_day_unreadable', source_system, 'holidays', schedule_id,
    cast(date_from as varchar) || ' ' || coalesce(start_local, '') || '-' || coalesce(end_local, ''), remote_id
from {{ ref('int_holidays') }}
where
    (start_local is not null and {{ minutes_of_day('start_local') }} is null)
    or (end_local is not null and {{ minutes_of_day('end_local') }} is null)

union all

-- The later row of each two that share some time of the week and some date.
select distinct 'hours_overlap', later.source_system, 'schedules', later.schedule_id, hours.said, later.remote_id
from weekly as earlier
inner join weekly as later
    on
        earlier.schedule_key = later.schedule_key
        and (earlier.starts < later.starts or (earlier.starts = later.starts and earlier.remote_id < later.remote_id))
        and (
            (earlier.starts < later.ends and later.starts < earlier.ends)
            or (earlier.starts + 10080 < later.ends and later.starts < earlier.ends + 10080)
        )
        and coalesce(earlier.first_date <= later.last_date, true)
        and coalesce(later.first_date <= earlier.last_date, true)
inner join hours
    on later.source_system = hours.source_system and later.remote_id = hours.remote_id

union all

select 'schedule_without_hours', source_system, entity, schedule_id, schedule_id, remote_id
from named
where
    entity in ('schedule_assignments', 'holidays')
    and {{ md5_hash(['source_system', 'schedule_id']) }} not in (select schedule_key from {{ ref('int_schedule_hours') }})

union all

select 'scope_unknown', source_system, 'schedule_assignments', schedule_id, scope, remote_id
from {{ ref('int_schedule_assignments') }}
where coalesce(scope not in ('default', 'brand', 'team', 'channel'), true)

union all

select 'validity_reversed', source_system, entity, schedule_id, {{ date_range_text('first_date', 'last_date') }}, remote_id
from named
where last_date < first_date
