"""Business minutes of a million spans: the cumulative function against overlapping every interval.

The peer is what reporting packages for one help desk do: join each span to every working interval
it overlaps and add the overlaps up. It reads the same intervals; what both measure must be equal.
"""

import csv
import os
from pathlib import Path

import duckdb

from bench.pipeline import load_drop
from bench.report import peak_memory_mib, show, timed
from sample import AS_OF
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

SPANS = 1_000_000
PEER_SPANS = 20_000
ZONES = (
    *("America/Los_Angeles", "America/New_York", "America/Santiago", "Europe/Berlin"),
    *("Africa/Cairo", "Asia/Jerusalem", "Asia/Kolkata", "Australia/Lord_Howe"),
)
FIRST = "2023-06-01T00:00:00Z"

MEASURED = """
    select
        spans.span,
        {{ business_minutes('spans.schedule_key', 'spans.started_at', 'spans.ended_at') }}
            as minutes
    from spans
    {{ join_working_time('spans.schedule_key', 'spans.started_at', 'at_start') }}
    {{ join_working_time('spans.schedule_key', 'spans.ended_at', 'at_end') }}
"""
OVERLAPPED = """
    select spans.span, sum(date_diff('microsecond',
        greatest(spans.started_at, hours.starts_at),
        least(spans.ended_at, hours.ends_at))) / 6e7 as minutes
    from (select * from spans where span < $spans) as spans
    inner join intermediate.int_schedule_intervals as hours
        on spans.schedule_key = hours.schedule_key
        and hours.starts_at < spans.ended_at and hours.ends_at > spans.started_at
    group by spans.span
"""


def write_schedules(folder: Path) -> None:
    """Eight offices over three years, two shifts a day, and a conversation as old as they are."""
    folder.mkdir(parents=True)
    with (folder / "schedules.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("schedule_id", "time_zone", "weekday", "start_local", "end_local"))
        for zone in ZONES:
            for day in range(1, 6):
                rows.writerow((zone, zone, day, "08:00", "12:00"))
                rows.writerow((zone, zone, day, "13:00", "17:30"))
    (folder / "conversations.csv").write_text(
        f"conversation_id,channel,opened_at\n1,ticket,{FIRST}\n"
    )


def build(folder: Path) -> None:
    """Land, gate and load the schedules, and build what business minutes are read from."""
    write_schedules(folder)
    os.environ["HEEDLINE_DROP_DIR"] = str(folder)
    load_drop()
    dbt.run("run", as_of=AS_OF, extra=("--select", "+int_schedule_working_time"))


def draw(connection: duckdb.DuckDBPyConnection) -> None:
    """Temporary table `spans`: seconds to months, over three years, the same every time."""
    connection.execute(
        f"""
        create or replace temp table spans as
        select
            n as span,
            keys[1 + (hash(n, 1) % len(keys))::bigint] as schedule_key,
            timestamptz '{FIRST}' + to_seconds((hash(n, 2) % 85000000)::bigint) as started_at,
            started_at + to_seconds(
                (hash(n, 3) % [3600, 86400, 864000, 7776000][1 + (hash(n, 4) % 4)::bigint])::bigint
            ) as ended_at
        from range({SPANS}) as r(n), (
            select list(distinct schedule_key order by schedule_key) as keys
            from intermediate.int_schedule_working_time
        )
        """
    )


def main() -> None:
    build(settings().root / "drop" / "offices")
    sql = dbt.compiled(MEASURED, as_of=AS_OF)
    with warehouse() as connection:
        draw(connection)

        def ours() -> int:
            connection.execute(f"create or replace temp table ours as {sql}")
            return SPANS

        def peer() -> int:
            connection.execute(
                f"create or replace temp table theirs as {OVERLAPPED}", {"spans": PEER_SPANS}
            )
            return PEER_SPANS

        mine = timed("heedline: cumulative function, both ends", ours)
        theirs = timed("every overlapping interval, added up", peer)
        row = connection.execute(
            "select max(abs(ours.minutes - theirs.minutes)) from ours join theirs using (span)"
        ).fetchone()
    show("business minutes, 8 zones, 3 years", "spans", mine, theirs)
    assert row is not None
    print(f"  largest difference between the two: {row[0]:.6f} minutes")
    print(f"  peak memory: {peak_memory_mib():,.0f} MiB")
