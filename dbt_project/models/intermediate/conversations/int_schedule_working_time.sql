-- The cumulative working-time function of every schedule, as the instants at which it bends. Working
-- intervals and holidays are laid out per local date and turned into UTC one by one; overlapping ones
-- count once; holidays cut. Read it through macros/business_time.sql.
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
        "(" ~ local_date(as_of(), "'UTC'") ~ " + 2)"
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
),

intervals as (
    select
        schedule_key,
        {{ wall_time_to_utc('time_zone', 'starts_local') }} as starts_at,
        {{ wall_time_to_utc('time_zone', 'ends_local') }} as ends_at,
        working,
        closed
    from (select * from working union all select * from closed) as laid_out
),

edges as (
    select schedule_key, edge_at, sum(working) as working, sum(closed) as closed
    from (
        select schedule_key, starts_at as edge_at, working, closed from intervals where starts_at < ends_at
        union all
        select schedule_key, ends_at, -working, -closed from intervals where starts_at < ends_at
    ) as both_ends
    group by schedule_key, edge_at
),

states as (
    select
        schedule_key,
        edge_at,
        sum(working) over so_far > 0 and sum(closed) over so_far = 0 as is_working
    from edges
    window so_far as (partition by schedule_key order by edge_at rows unbounded preceding)
),

stretches as (
    select
        *,
        case when is_working then epoch_us(lead(edge_at) over in_order) - epoch_us(edge_at) else 0 end as worked,
        lag(is_working) over in_order as was_working
    from states
    window in_order as (partition by schedule_key order by edge_at)
),

summed as (
    select
        *,
        cast(coalesce(sum(worked) over (
            partition by schedule_key order by edge_at rows between unbounded preceding and 1 preceding
        ), 0) as bigint) as worked_before
    from stretches
)

select schedule_key, edge_at as changed_at, is_working, worked_before
from summed
where was_working is distinct from is_working
