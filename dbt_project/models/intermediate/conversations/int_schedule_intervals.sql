-- Working hours and holidays laid out per local date and turned into UTC one by one, from the first
-- conversation to some time after `as_of`, so that what is due by then has its instant.
with bounds as (
    select
        greatest(min(first_at), cast('1970-01-03T00:00:00Z' as timestamp with time zone)) as first_at
    from (
        select min(opened_at) as first_at from {{ ref('int_conversations') }}
        union all
        select min(sent_at) from {{ ref('int_messages') }}
        union all
        select min(ring_at) from {{ ref('int_calls') }}
    ) as earliest
),

dates as (
    {{ date_spine(
        "(select " ~ local_date("first_at", "'UTC'") ~ " - 2 from bounds)",
        "(" ~ local_date(as_of(), "'UTC'") ~ " + " ~ (2 + var("due_horizon_days")) ~ ")"
    ) }}
),

working as (
    select
        hours.schedule_key,
        hours.time_zone,
        {{ wall_time('dates.calendar_date', 'hours.start_minute') }} as starts_local,
        {{ wall_time('dates.calendar_date', 'hours.end_minute') }} as ends_local,
        1 as working,
        0 as closed
    from {{ ref('int_schedule_hours') }} as hours
    inner join dates
        on
            isodow(dates.calendar_date) = hours.weekday
            and (hours.first_date is null or dates.calendar_date >= hours.first_date)
            and (hours.last_date is null or dates.calendar_date <= hours.last_date)
    -- A night goes on into the next date, whose holidays cut it: they are laid out a day further.
    where dates.calendar_date < (select max(calendar_date) from dates)
),

holidays as (
    select
        {{ md5_hash(['source_system', 'schedule_id']) }} as schedule_key,
        date_from,
        coalesce(date_to, date_from) as date_to,
        coalesce({{ minutes_of_day('start_local') }}, 0) as start_minute,
        coalesce({{ minutes_of_day('end_local') }}, 1440) as end_minute
    from {{ ref('int_holidays') }}
),

closed as (
    select
        holidays.schedule_key,
        zones.time_zone,
        {{ wall_time('dates.calendar_date', 'holidays.start_minute') }} as starts_local,
        {{ wall_time(
            'dates.calendar_date',
            'case when holidays.end_minute <= holidays.start_minute then holidays.end_minute + 1440 else holidays.end_minute end'
        ) }} as ends_local,
        0 as working,
        1 as closed
    from holidays
    inner join (select distinct schedule_key, time_zone from {{ ref('int_schedule_hours') }}) as zones
        on holidays.schedule_key = zones.schedule_key
    inner join dates
        on dates.calendar_date between holidays.date_from and holidays.date_to
)

select
    schedule_key,
    {{ wall_time_to_utc('time_zone', 'starts_local') }} as starts_at,
    {{ wall_time_to_utc('time_zone', 'ends_local') }} as ends_at,
    working,
    closed
from (select * from working union all select * from closed) as laid_out
