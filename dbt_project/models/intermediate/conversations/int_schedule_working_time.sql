-- The cumulative working-time function of every schedule, as the instants at which it bends: overlapping
-- hours count once, holidays cut. Read it through macros/business_time.sql.
with intervals as (
    select *
    from {{ ref('int_schedule_intervals') }}
    where starts_at < ends_at
),

edges as (
    select schedule_key, edge_at, sum(working) as working, sum(closed) as closed
    from (
        select schedule_key, starts_at as edge_at, working, closed from intervals
        union all
        select schedule_key, ends_at, -working, -closed from intervals
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
        case
            when is_working
                then {{ microseconds('lead(edge_at) over in_order') }} - {{ microseconds('edge_at') }}
            else 0
        end as worked,
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
