-- Weekly working hours that can be used: zone, weekday and times are known, and they apply on some date; the
-- others are in data_issues. `last_date` is `valid_to` itself; where a newer version of the schedule begins that
-- very day, the day is the newer one's.
with schedules as (
    select
        {{ md5_hash(['source_system', 'schedule_id']) }} as schedule_key,
        source_system,
        schedule_id,
        remote_id,
        time_zone,
        weekday,
        {{ minutes_of_day('start_local') }} as start_minute,
        {{ minutes_of_day('end_local') }} as end_minute,
        valid_from,
        valid_to
    from {{ ref('int_schedules') }}
    where time_zone in (select name from {{ known_time_zones() }})
),

versions as (
    select distinct schedule_key, valid_from
    from schedules
    where valid_from is not null
)

select
    schedules.schedule_key,
    schedules.source_system,
    schedules.schedule_id,
    schedules.remote_id,
    schedules.time_zone,
    schedules.weekday,
    schedules.start_minute,
    -- An end that is not after the start is on the next day.
    case
        when schedules.end_minute <= schedules.start_minute then schedules.end_minute + 1440
        else schedules.end_minute
    end as end_minute,
    schedules.valid_from as first_date,
    case
        when versions.schedule_key is not null then schedules.valid_to - 1
        else schedules.valid_to
    end as last_date
from schedules
left join versions
    on
        schedules.schedule_key = versions.schedule_key
        and schedules.valid_to = versions.valid_from
        and schedules.valid_from is distinct from versions.valid_from
where
    schedules.weekday between 1 and 7
    and schedules.start_minute is not null
    and schedules.end_minute is not null
    and coalesce(schedules.valid_from <= schedules.valid_to, true)
