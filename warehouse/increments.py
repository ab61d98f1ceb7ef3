"""Whether a build of the marts takes up what is new, or starts over (see warehouse/builds.py)."""

from datetime import UTC, datetime

import duckdb

from warehouse import builds
from warehouse.clock import iso
from warehouse.duck import has_table, warehouse

LAYER = "marts"
# What decides about many conversations at once, or is gone: no row that came says which it touches.
RULES = (
    ("intermediate.int_agents", "source_system, remote_id, lower(trim(email)), role", ""),
    ("intermediate.int_schedules", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_schedule_assignments", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_holidays", "* exclude (remote_updated_at, loaded_at)", ""),
    ("intermediate.int_sla_policies", "* exclude (remote_updated_at, loaded_at)", ""),
    ("ml.models_in_use", "*", ""),
    ("ops.free_mail_domains", "domain", ""),
    *builds.GONE,
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


def plan(
    as_of: datetime, sources: list[str], drop_folder: str | None, *, full: bool = False
) -> builds.Plan:
    """Decide, and note that a build has begun. An earlier day than the last build's is replayed."""

    def unless(last: builds.Last) -> str:
        if as_of < last.as_of:
            return f"everything: {iso(as_of)} is before the last build's {iso(last.as_of)}"
        return ""

    with warehouse() as connection:
        decided = builds.decide(
            connection,
            LAYER,
            as_of=as_of,
            loaded_at=_newest(connection),
            fingerprint=builds.fingerprint(connection, sources, drop_folder, RULES),
            full=full,
            unless=unless,
        )
        if decided.since is None:
            _drop_changed(connection)
        seen = decided.since["loaded_at"] if decided.since else "infinity"
        connection.execute("delete from ops.left_conversations where loaded_at <= ?", [seen])
    return decided


def _newest(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Time of the newest load of which the unified terms hold rows; long ago without any."""
    found = [datetime(1970, 1, 1, tzinfo=UTC)]
    for name in DATED:
        if has_table(connection, f"intermediate.{name}"):
            rows = connection.execute(f"select max(loaded_at) from intermediate.{name}").fetchall()
            found += [newest for (newest,) in rows if newest is not None]
    return max(found)


def _drop_changed(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'intermediate' and table_name like '%\\_\\_changed' escape '\\'"
    ).fetchall()
    for (name,) in tables:
        connection.execute(f"drop table intermediate.{name}")
