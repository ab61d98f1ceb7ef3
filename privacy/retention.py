"""Keep rows and files no longer than `retention.yml` says; count what goes in `ops.retention`.

The clock is the wall's: a period is a promise about real days, whatever moment a run describes.
"""

import logging
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from privacy import versions
from privacy.history import freeze, raw_rows
from privacy.periods import Period, Periods, read_periods
from privacy.rewrite import rewrite
from warehouse.clock import wall_now
from warehouse.duck import transaction, warehouse
from warehouse.settings import settings
from warehouse.sql import identifier

log = logging.getLogger(__name__)


@dataclass
class Kept:
    """What a run of retention removed (or would): rows, or files, per place."""

    removed: dict[str, int] = field(default_factory=dict)
    rewritten: bool = False

    @property
    def total(self) -> int:
        return sum(self.removed.values())


def enforce(now: datetime | None = None, periods: Periods | None = None) -> Kept:
    """Remove what is past its period.

    Raises:
        BadPeriods: retention.yml says something that cannot be followed.
    """
    return _run(now or wall_now(), periods or read_periods(), apply=True)


def dry_run(now: datetime | None = None, periods: Periods | None = None) -> Kept:
    """What `enforce` would remove; changes nothing."""
    return _run(now or wall_now(), periods or read_periods(), apply=False)


def _run(now: datetime, periods: Periods, *, apply: bool) -> Kept:
    done = Kept()
    if settings().warehouse_file.exists():
        with warehouse() as connection:
            share = _tables(connection, now, periods, done, apply=apply)
        if apply and done.total and share >= periods.rewrite_at_share:
            rewrite()
            done.rewritten = True
    for place, period, remove in (
        ("published", periods.published, _versions),
        ("landing", periods.landing, _landing),
        ("logs", periods.logs, _logs),
    ):
        if period.days is not None:
            count = remove(now - timedelta(days=period.days), apply)
            if count:
                done.removed[place] = count
    if apply and settings().warehouse_file.exists():
        with warehouse() as connection:
            _record(connection, now, periods, done)
    log.info("retention: %d rows and files past their period", done.total)
    return done


def _tables(
    connection: duckdb.DuckDBPyConnection,
    now: datetime,
    periods: Periods,
    done: Kept,
    *,
    apply: bool,
) -> float:
    """Rows of the warehouse; the largest share of one table that went."""
    largest = 0.0
    with transaction(connection):
        wanted = raw_rows(connection, now, periods)
        if apply and wanted:
            freeze(connection, min(cut_off for _, _, cut_off in wanted))
        places = [(table, where, [cut_off]) for table, where, cut_off in wanted]
        places += _kept_elsewhere(connection, now, periods)
        for table, where, values in places:
            before = _count(connection, table, "true", [])
            gone = _count(connection, table, where, values)
            if not gone:
                continue
            done.removed[table.replace('"', "")] = gone
            largest = max(largest, gone / before)
            if apply:
                connection.execute(f"delete from {table} where {where}", values)
    return largest


def _count(
    connection: duckdb.DuckDBPyConnection, table: str, where: str, values: list[datetime]
) -> int:
    found = connection.execute(f"select count(*) from {table} where {where}", values).fetchone()
    return int(found[0]) if found else 0


def _kept_elsewhere(
    connection: duckdb.DuckDBPyConnection, now: datetime, periods: Periods
) -> list[tuple[str, str, list[datetime]]]:
    """(table, condition, values) of tables that are not raw."""
    named: list[tuple[str, str, str, Period]] = [
        ("ops", "dbt_results", "as_of", periods.dbt_results),
        ("ops", "loads", "loaded_at", periods.loads),
        ("ops", "retention", "run_at", periods.retention),
    ]
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('quarantine', 'outreach') order by all"
    ).fetchall()
    for schema, name in tables:
        if schema == "quarantine":
            named.append((schema, name, "quarantined_at", periods.quarantine))
        else:
            named.append((schema, name, "as_of", periods.outreach))
    return [
        (
            f"{schema}.{identifier(name)}",
            f"{column} < ?",
            [now - timedelta(days=period.days)],
        )
        for schema, name, column, period in named
        if period.days is not None
    ]


def _record(
    connection: duckdb.DuckDBPyConnection, now: datetime, periods: Periods, done: Kept
) -> None:
    rows = [
        [place, period.days, now - timedelta(days=period.days), done.removed.get(place, 0), now]
        for place, period in periods.by_place(done.removed).items()
        if period.days is not None
    ]
    if rows:
        connection.executemany("insert into ops.retention values (?, ?, ?, ?, ?)", rows)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _versions(cut_off: datetime, apply: bool) -> int:
    """Versions written before the cut-off, but never the one readers see."""
    now = versions.current()
    old = [v for v in versions.all_versions() if v != now and _changed(v) < cut_off]
    for version in old if apply else ():
        shutil.rmtree(version)
    return len(old)


def _landing(cut_off: datetime, apply: bool) -> int:
    """Files that no completed load names (an extraction was broken off)."""
    from connectors.landing import complete_loads

    old = []
    for source in settings().landing.glob("*"):
        waiting = set(complete_loads(source.name))
        for path in source.glob("*/*.parquet"):
            load_id = ".".join(path.name.split(".")[:2])
            if load_id not in waiting and _changed(path) < cut_off:
                old.append(path)
    for path in old if apply else ():
        path.unlink()
    return len(old)


def _logs(cut_off: datetime, apply: bool) -> int:
    roots = [settings().airflow / "logs", settings().airflow / "process-logs"]
    roots.append(settings().dbt / "logs")
    old = [
        path
        for root in roots
        if root.exists()
        for path in sorted(root.rglob("*"))
        if path.is_file() and _changed(path) < cut_off
    ]
    for path in old if apply else ():
        path.unlink()
    for root in roots if apply else ():
        for folder in sorted(root.rglob("*"), reverse=True) if root.exists() else ():
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
    return len(old)
