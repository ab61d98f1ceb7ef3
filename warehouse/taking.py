"""Whether a build of the unified layer takes what has been loaded since the last, or everything.

Loads are atomic, each later than the one before (connectors/loading.py), and a unified row says
which load it is of. So a build takes the rows of loads later than the newest that the last build
may have read: known before that build began to read, so that a load in between is taken twice and
not left out. Any `as_of` will do: the tables hold what was loaded, and `as_of` is in the views on
them. What else makes it start over: warehouse/builds.py.
"""

from datetime import UTC, datetime

import duckdb

from warehouse import builds
from warehouse.duck import has_table, warehouse

LAYER = "unified"
TABLES = [
    path.stem for path in sorted(builds.PROJECT.glob("models/intermediate/unified/loaded/*.sql"))
]


def plan(
    as_of: datetime, sources: list[str], drop_folder: str | None, *, full: bool = False
) -> builds.Plan:
    """Decide, and note that a build has begun."""
    with warehouse() as connection:

        def unless(_: builds.Last) -> str:
            held = [has_table(connection, f"intermediate.{name}") for name in TABLES]
            return "" if all(held) else "everything: a table is gone"

        return builds.decide(
            connection,
            LAYER,
            as_of=as_of,
            loaded_at=_newest(connection),
            fingerprint=builds.fingerprint(connection, sources, drop_folder, builds.GONE),
            full=full,
            unless=unless,
        )


def _newest(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Time of the newest load; long ago without any."""
    found = connection.execute("select max(loaded_at) from ops.loads").fetchall()
    newest: datetime | None = found[0][0]
    return newest or datetime(1970, 1, 1, tzinfo=UTC)
