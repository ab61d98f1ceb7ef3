"""Whether a build of the marts takes up what is new, or starts over.

A build may go on from the last one when nothing but rows has come since: the same models and rules,
the same sources, an `as_of` that is not earlier, no row taken away (erasure, retention), and the
last build came to its end. Everything else is built anew, which is always right and never fast.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.settings import PROJECT_ROOT

log = logging.getLogger(__name__)

PROJECT = PROJECT_ROOT / "dbt_project"
# What decides about many conversations at once, or is gone: no row that came says which it touches.
RULES = (
    ("intermediate.int_agents", "source_system, remote_id, lower(trim(email)), role", ""),
    ("intermediate.int_schedules", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_schedule_assignments", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_holidays", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_sla_policies", "* exclude (remote_updated_at, loaded_at)", ""),
    ("ml.message_tags", "distinct model_version", ""),
    ("ops.free_mail_domains", "domain", ""),
    ("ops.erasures", "request_id, swept_at", ""),
    ("ops.retention", "place, run_at", "where removed > 0 and place like 'raw%'"),
)
# Unified terms whose rows say when they came. What a build has seen is what lies in them: a load
# that comes after they were built and before the marts are is the next build's.
DATED = (
    "int_conversations",
    "int_messages",
    "int_conversation_events",
    "int_calls",
    "int_survey_responses",
)


@dataclass(frozen=True)
class Plan:
    """How a build goes: `since` is what the last one saw, None for a full build and its reason.

    `loaded_at`: of the newest load in the unified terms that this build reads.
    """

    as_of: datetime
    loaded_at: datetime
    fingerprint: str
    since: dict[str, str] | None
    reason: str


def plan(
    as_of: datetime, sources: list[str], drop_folder: str | None, *, full: bool = False
) -> Plan:
    """Decide, and note that a build has begun: one that does not end is followed by a full one.

    Args:
        full: somebody asks for everything.
    """
    with warehouse() as connection:
        seen = fingerprint(connection, sources, drop_folder)
        loaded_at = _newest(connection)
        last = connection.execute(
            "select as_of, loaded_at, fingerprint, is_finished from ops.mart_builds"
        ).fetchall()
        reason = "everything, as asked" if full else _why_full(last, as_of, seen)
        _forget(connection)
        if reason:
            _drop_changed(connection)
    since = None
    if not reason:
        since = {"as_of": iso(last[0][0]), "loaded_at": iso(last[0][1])}
    log.info("marts: %s", reason or f"what has come since {since}")
    return Plan(as_of, loaded_at, seen, since, reason)


def forget() -> None:
    """Marts are about to be built by other means than a plan: the next planned build is full."""
    with warehouse() as connection:
        _forget(connection)


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update ops.mart_builds set is_finished = false")


def finished(done: Plan) -> None:
    """The build came to its end: the next may go on from here."""
    with warehouse() as connection:
        connection.begin()
        connection.execute("delete from ops.mart_builds")
        connection.execute(
            "insert into ops.mart_builds values (?, ?, ?, true)",
            [done.as_of, done.loaded_at, done.fingerprint],
        )
        connection.commit()


def _why_full(last: list[Any], as_of: datetime, seen: str) -> str:
    if not last:
        return "everything, for the first time"
    before, _, known, is_finished = last[0]
    if not is_finished:
        return "everything: the last build did not come to its end"
    if as_of < before:
        return f"everything: {iso(as_of)} is before the last build's {iso(before)}"
    if seen != known:
        return "everything: models, rules, sources or kept rows are others than at the last build"
    return ""


def fingerprint(
    connection: duckdb.DuckDBPyConnection, sources: list[str], drop_folder: str | None
) -> str:
    """A digest of all that a build depends on beside the rows that say when they were loaded."""
    parts: list[Any] = [sorted(sources), drop_folder, project_digest()]
    parts += [rows_digest(connection, *rule) for rule in RULES]
    parts += left_out(connection, drop_folder)
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def project_digest() -> list[tuple[str, str]]:
    """Every file that decides what models say, with a digest of its text."""
    return [(str(file), _digest(file)) for file in sorted(PROJECT.rglob("*")) if _counts(file)]


def _counts(file: Path) -> bool:
    place = file.relative_to(PROJECT).parts
    return file.suffix in {".sql", ".yml", ".csv"} and not {"target", "logs"} & set(place)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def rows_digest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, where: str
) -> list[Any]:
    """Count and digest of a small table's rows in any order; none when it is not there."""
    if not is_there(connection, table):
        return []
    found = connection.execute(
        f"select count(*), bit_xor(hash(r)) from (select {columns} from {table} {where}) as r"
    ).fetchall()
    return list(found[0])


def left_out(connection: duckdb.DuckDBPyConnection, drop_folder: str | None) -> list[Any]:
    """The newest rows of other folders: what a file of theirs brings anew leaves this one."""
    if drop_folder is None:
        return []
    tables = connection.execute(
        "select table_name from information_schema.columns "
        "where table_schema = 'raw_file_drop' and column_name = 'drop_folder' order by table_name"
    ).fetchall()
    return [
        connection.execute(
            f"select max(_loaded_at) from raw_file_drop.{name} where drop_folder <> ?",
            [drop_folder],
        ).fetchall()
        for (name,) in tables
    ]


def _newest(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Time of the newest load of which the unified terms hold rows; long ago without any."""
    found = [datetime(1970, 1, 1, tzinfo=UTC)]
    for name in DATED:
        if is_there(connection, f"intermediate.{name}"):
            rows = connection.execute(f"select max(loaded_at) from intermediate.{name}").fetchall()
            found += [newest for (newest,) in rows if newest is not None]
    return max(found)


def is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, name = table.split(".")
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchall()
    )


def _drop_changed(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'intermediate' and table_name like '%\\_\\_changed' escape '\\'"
    ).fetchall()
    for (name,) in tables:
        connection.execute(f"drop table intermediate.{name}")
