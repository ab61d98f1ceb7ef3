"""Whether a layer's build takes what is new or starts over, and the record of its last build.

A build may go on from the last one when nothing but rows has come since: the same models and rules,
the same sources, no row taken away (erasure, retention), and the last build came to its end.
Everything else is built anew, which is always right and never fast. What else speaks against going
on is each layer's own: `increments` for the marts, `taking` for the unified layer.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.clock import iso
from warehouse.duck import has_table, warehouse
from warehouse.settings import PROJECT_ROOT

log = logging.getLogger(__name__)

PROJECT = PROJECT_ROOT / "dbt_project"
# What is gone, and no row that came says so: table, columns, condition.
GONE = (
    ("ops.erasures", "request_id, swept_at", ""),
    ("ops.retention", "place, run_at", "where removed > 0 and place like 'raw%'"),
)


@dataclass(frozen=True)
class Plan:
    """How a build goes: `since` is what the last one saw, None for a full build and its reason.

    `loaded_at`: of the newest load that this build is sure to read.
    """

    layer: str
    as_of: datetime
    loaded_at: datetime
    fingerprint: str
    since: dict[str, str] | None
    reason: str


@dataclass(frozen=True)
class Last:
    """What the last build saw."""

    as_of: datetime
    loaded_at: datetime
    fingerprint: str
    is_finished: bool


def decide(
    connection: duckdb.DuckDBPyConnection,
    layer: str,
    *,
    as_of: datetime,
    loaded_at: datetime,
    fingerprint: str,
    full: bool,
    unless: Callable[[Last], str],
) -> Plan:
    """Decide, and note that a build has begun: one that does not end is followed by a full one.

    Args:
        layer: `unified` or `marts`.
        full: somebody asks for everything.
        unless: the layer's own reason against going on from a last build; empty without one.
    """
    rows = connection.execute(
        "select as_of, loaded_at, fingerprint, is_finished from ops.builds where layer = ?", [layer]
    ).fetchall()
    last = Last(*rows[0]) if rows else None
    if full:
        reason = "everything, as asked"
    elif last is None:
        reason = "everything, for the first time"
    elif not last.is_finished:
        reason = "everything: the last build did not come to its end"
    elif last.fingerprint != fingerprint:
        reason = "everything: models, rules, sources or kept rows are others than at the last build"
    else:
        reason = unless(last)
    _begun(connection, layer)
    since = None
    if last and not reason:
        since = {"as_of": iso(last.as_of), "loaded_at": iso(last.loaded_at)}
    log.info("%s: %s", layer, reason or f"what has come since {since}")
    return Plan(layer, as_of, loaded_at, fingerprint, since, reason)


def forget(layer: str) -> None:
    """A layer is about to be built without a plan: its next planned build is full."""
    with warehouse() as connection:
        _begun(connection, layer)


def _begun(connection: duckdb.DuckDBPyConnection, layer: str) -> None:
    connection.execute("update ops.builds set is_finished = false where layer = ?", [layer])


def finished(done: Plan) -> None:
    """The build came to its end: the next may go on from here."""
    with warehouse() as connection:
        connection.execute(
            "insert or replace into ops.builds values (?, ?, ?, ?, true)",
            [done.layer, done.as_of, done.loaded_at, done.fingerprint],
        )


def fingerprint(
    connection: duckdb.DuckDBPyConnection,
    sources: list[str],
    drop_folder: str | None,
    rules: tuple[tuple[str, str, str], ...],
) -> str:
    """A digest of all that a build depends on beside the rows that say when they were loaded.

    Args:
        rules: tables, columns and conditions of rows that decide about many at once.
    """
    parts: list[Any] = [sorted(sources), drop_folder]
    parts += [(str(file), _digest(file)) for file in sorted(PROJECT.rglob("*")) if _counts(file)]
    parts += [_rows_digest(connection, *rule) for rule in rules]
    parts += _left_out(connection, drop_folder)
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _counts(file: Path) -> bool:
    place = file.relative_to(PROJECT).parts
    return file.suffix in {".sql", ".yml", ".csv"} and not {"target", "logs"} & set(place)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _rows_digest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, where: str
) -> list[Any]:
    """Count and digest of a small table's rows in any order; none when it is not there."""
    if not has_table(connection, table):
        return []
    found = connection.execute(
        f"select count(*), bit_xor(hash(r)) from (select {columns} from {table} {where}) as r"
    ).fetchall()
    return list(found[0])


def _left_out(connection: duckdb.DuckDBPyConnection, drop_folder: str | None) -> list[Any]:
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
