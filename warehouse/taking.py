"""Whether a build of the unified layer takes what has been loaded since the last, or everything.

Loads are atomic, each later than the one before (connectors/loading.py), and a unified row says
which load it is of. So a build takes the rows of loads later than the newest that the last build
may have read: known before that build began to read, so that a load in between is taken twice and
not left out. What no row says makes a build start over: other models, sources or drop folder, and
rows taken away (erasure, retention). Any `as_of` will do: the tables hold what was loaded, and
`as_of` is in the views on them.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.increments import PROJECT, is_there, left_out, project_digest, rows_digest

log = logging.getLogger(__name__)

RULES = (
    ("ops.erasures", "request_id, swept_at", ""),
    ("ops.retention", "place, run_at", "where removed > 0 and place like 'raw%'"),
)
TABLES = [path.stem for path in sorted(PROJECT.glob("models/intermediate/unified/loaded/*.sql"))]


@dataclass(frozen=True)
class Taking:
    """How a build goes: `since` is what the last one took, None for everything and its reason.

    `loaded_at`: of the newest load when it begins.
    """

    loaded_at: datetime
    fingerprint: str
    since: dict[str, str] | None
    reason: str


def plan(sources: list[str], drop_folder: str | None, *, full: bool = False) -> Taking:
    """Decide, and note that a build has begun: one that does not end is followed by a full one."""
    with warehouse() as connection:
        seen = fingerprint(connection, sources, drop_folder)
        loaded_at = _newest(connection)
        last = connection.execute(
            "select loaded_at, fingerprint, is_finished from ops.unified_builds"
        ).fetchall()
        reason = "everything, as asked" if full else _why_full(connection, last, seen)
        _forget(connection)
    since = None if reason else {"as_of": iso(last[0][0]), "loaded_at": iso(last[0][0])}
    log.info("unify: %s", reason or f"what has been loaded since {last[0][0]}")
    return Taking(loaded_at, seen, since, reason)


def forget() -> None:
    """The layer is about to be built without a plan: the next planned build takes everything."""
    with warehouse() as connection:
        _forget(connection)


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update ops.unified_builds set is_finished = false")


def finished(done: Taking) -> None:
    """The build came to its end: the next may go on from here."""
    with warehouse() as connection:
        connection.begin()
        connection.execute("delete from ops.unified_builds")
        connection.execute(
            "insert into ops.unified_builds values (?, ?, true)", [done.loaded_at, done.fingerprint]
        )
        connection.commit()


def _why_full(connection: duckdb.DuckDBPyConnection, last: list[Any], seen: str) -> str:
    if not last:
        return "everything, for the first time"
    _, known, is_finished = last[0]
    if not is_finished:
        return "everything: the last build did not come to its end"
    if seen != known:
        return "everything: models, sources or kept rows are others than at the last build"
    if not all(is_there(connection, f"intermediate.{name}") for name in TABLES):
        return "everything: a table is gone"
    return ""


def fingerprint(
    connection: duckdb.DuckDBPyConnection, sources: list[str], drop_folder: str | None
) -> str:
    """A digest of all that the layer depends on beside the rows that say when they were loaded."""
    parts: list[Any] = [sorted(sources), drop_folder, project_digest()]
    parts += [rows_digest(connection, *rule) for rule in RULES]
    parts += left_out(connection, drop_folder)
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _newest(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Time of the newest load; long ago without any."""
    found = connection.execute("select max(loaded_at) from ops.loads").fetchall()
    newest: datetime | None = found[0][0]
    return newest or datetime(1970, 1, 1, tzinfo=UTC)
