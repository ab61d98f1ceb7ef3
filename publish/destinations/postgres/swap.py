"""The instant in which the new tables take the old ones' place.

A reader sees one version whole, whatever it does:

- A transaction that has read a table keeps it, because tables are replaced only when nobody is in
  the middle of reading one: all of them are locked first. The lock is waited for a moment, not
  longer, because new readers queue behind whoever waits; then it is tried again.
- A transaction whose snapshot is older than the new rows would find the new tables empty. So rows
  are frozen, which makes them visible to any snapshot, and as long as an open one is older than
  the rows, Postgres says by its visibility map that it could not.
"""

import random
import time

import adbc_driver_manager
from adbc_driver_manager.dbapi import Connection

from publish.destinations.postgres.building import PUBLICATION, Line, aside
from publish.destinations.postgres.link import PostgresBehind, run, state_of
from publish.destinations.postgres.source import LEADERS, SCHEMAS
from warehouse.sql import identifier

# Milliseconds. Well below Postgres' deadlock_timeout (1 s): whoever waits for a lock of ours gets
# it before Postgres looks for somebody to cancel.
LOCK_WAIT = 300
_TAKEN = {"55P03": "lock not available", "57014": "canceled by timeout", "40P01": "deadlock"}


def settle(connection: Connection, lines: list[Line], patience: float) -> None:
    """Freeze the new rows, so that every snapshot sees them.

    Args:
        patience: seconds to wait for transactions with older snapshots to end.

    Raises:
        PostgresBehind: they did not.
    """
    places = [_place(aside(line.schema), line.mart) for line in lines if not line.is_view]
    places.append(f"{aside(LEADERS)}.{PUBLICATION}")
    until = time.monotonic() + patience
    while places:
        for place in places:
            run(connection, f"vacuum (freeze, analyze) {place}")
        regclasses = ", ".join(f"'{place}'::regclass" for place in places)
        hidden = run(
            connection,
            f"select oid::regclass::text from pg_class where oid in ({regclasses}) "
            "and relallvisible < relpages",
        )
        places = [str(row[0]) for row in hidden]
        if places:
            _wait(until, connection, "a transaction began before and has not ended")


def swap(connection: Connection, lines: list[Line], patience: float) -> None:
    """Put the new schemas in the place of the old ones.

    Args:
        patience: seconds to go on trying while readers hold the old tables.

    Raises:
        PostgresBehind: they held them all the time.
    """
    until = time.monotonic() + patience
    while True:
        run(connection, "begin")
        try:
            _replace(connection)
            run(connection, "commit")
        except adbc_driver_manager.Error as error:
            run(connection, "rollback")
            if state_of(error) not in _TAKEN:
                raise
            _wait(until, connection, "a reader's transaction holds its tables")
        else:
            return


def _replace(connection: Connection) -> None:
    old = _published(connection)
    tables = [_place(schema, mart) for schema, mart, is_view in old if not is_view]
    views = [_place(schema, mart) for schema, mart, is_view in old if is_view]
    if tables:
        run(connection, f"set local lock_timeout = {LOCK_WAIT}")
        run(connection, f"set local statement_timeout = {LOCK_WAIT}")
        # Views first, in the order in which a reader takes them: a view, then what it reads.
        run(connection, f"lock table {', '.join([*views, *tables])} in access exclusive mode")
        run(connection, "set local statement_timeout = 0")
        # Without `cascade`: what somebody else built on our tables is not ours to drop.
        if views:
            run(connection, f"drop view {', '.join(views)}")
        run(connection, f"drop table {', '.join(tables)}")
    for schema in SCHEMAS:
        run(connection, f"drop schema if exists {schema}")
        run(connection, f"alter schema {aside(schema)} rename to {schema}")


def _published(connection: Connection) -> list[tuple[str, str, bool]]:
    """Schema, name and is_view of everything that the last publish made."""
    table = f"{LEADERS}.{PUBLICATION}"
    if run(connection, f"select to_regclass('{table}')")[0][0] is None:
        return []
    found = run(
        connection,
        f"select schema_name, mart, is_view from {table} "
        "where to_regclass(format('%I.%I', schema_name, mart)) is not null order by 1, 2",
    )
    made = [(str(schema), str(mart), bool(is_view)) for schema, mart, is_view in found]
    return [*made, (LEADERS, PUBLICATION, False)]


def _wait(until: float, connection: Connection, why: str) -> None:
    if time.monotonic() < until:
        # Not in step with a reader that comes back at regular times.
        time.sleep(random.uniform(0.05, 0.5))  # noqa: S311
        return
    rows = run(
        connection,
        "select distinct s.pid, s.usename, s.application_name, s.xact_start::text "
        "from pg_stat_activity as s left join pg_locks as l on l.pid = s.pid "
        "left join pg_class as c on c.oid = l.relation "
        f"left join pg_namespace as n on n.oid = c.relnamespace and n.nspname in {SCHEMAS} "
        "where s.datname = current_database() and s.pid <> pg_backend_pid() "
        "and (n.oid is not null or s.backend_xmin is not null) order by 1",
    )
    who = "; ".join(f"pid {pid}, {user} {name} since {since}" for pid, user, name, since in rows)
    raise PostgresBehind(
        f"publish: Postgres was not switched to the new version, because {why} ({who or 'unseen'})."
        " The database still holds the version before. The next publish tries again; to end such a "
        "session: select pg_terminate_backend(pid)"
    )


def _place(schema: str, name: str) -> str:
    return f"{schema}.{identifier(name)}"
