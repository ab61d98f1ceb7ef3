"""When a play is due. Working hours are those of the company's default schedule.

dbt lays them out as a cumulative function of time (`int_schedule_working_time`); a deadline is the
instant at which that function has grown by so many hours. Without a schedule eight working hours
count as a day.
"""

from datetime import datetime, timedelta

import duckdb

from outreach.playbook.book import Due
from warehouse.clock import iso
from warehouse.duck import has_table

_HOURS_A_DAY = 8
_WORKED = "intermediate.int_schedule_working_time"
_ASSIGNED = "intermediate.int_schedule_assignments"
_HOURS = "intermediate.int_schedule_hours"
# The default of the system that sorts first, as in force on the day; else the only schedule.
_SCHEDULE = f"""
    with known as (select distinct source_system, schedule_id, schedule_key from {_HOURS}),
    defaults as (
        select known.schedule_key, assigned.valid_from, assigned.source_system
        from {_ASSIGNED} as assigned
        inner join known on assigned.source_system = known.source_system
            and assigned.schedule_id = known.schedule_id
        where assigned.scope = 'default'
            and coalesce(assigned.valid_from <= $as_of::timestamptz::date, true)
            and coalesce(assigned.valid_to >= $as_of::timestamptz::date, true)
    )
    select coalesce(
        (select schedule_key from defaults
         order by source_system, valid_from desc nulls last, schedule_key limit 1),
        (select min(schedule_key) from known having count(*) = 1)
    )
"""
_REACHED = f"""
    with points as (
        select changed_at, is_working, worked_before,
            lead(worked_before) over (order by changed_at) as worked_after
        from {_WORKED} where schedule_key = $schedule
    ),
    goal as (
        select coalesce(max_by(
            worked_before
                + case when is_working then epoch_us($as_of::timestamptz) - epoch_us(changed_at)
                  else 0 end,
            changed_at), 0) + $microseconds as worked
        from points where changed_at <= $as_of::timestamptz
    )
    select min(changed_at + to_microseconds(worked - worked_before))
    from points, goal
    where is_working and worked > worked_before and worked <= worked_after
"""


def due_at(connection: duckdb.DuckDBPyConnection, as_of: datetime, due: Due) -> datetime:
    """The instant by which it has to be done."""
    if due.business_hours is None:
        assert due.days is not None
        return as_of + timedelta(days=due.days)
    schedule = None
    if all(has_table(connection, table) for table in (_WORKED, _ASSIGNED, _HOURS)):
        [[schedule]] = connection.execute(_SCHEDULE, {"as_of": iso(as_of)}).fetchall()
    reached: datetime | None = None
    if schedule is not None:
        asked = {
            "schedule": schedule,
            "as_of": iso(as_of),
            "microseconds": round(due.business_hours * 3_600_000_000),
        }
        [[reached]] = connection.execute(_REACHED, asked).fetchall()
    # No schedule, or one that is not laid out that far.
    return reached or as_of + timedelta(days=due.business_hours / _HOURS_A_DAY)
