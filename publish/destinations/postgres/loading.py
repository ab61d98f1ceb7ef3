"""One load, top to bottom: is it there already, build aside, read back, settle, swap."""

import hashlib
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_manager
from adbc_driver_manager.dbapi import Connection
from pydantic import SecretStr

from publish.destinations.postgres.building import PUBLICATION, ROLES, announce, build
from publish.destinations.postgres.link import PostgresBehind, connected, run, state_of
from publish.destinations.postgres.source import LEADERS, opened
from publish.destinations.postgres.swap import settle, swap
from publish.manifest import NAME, Manifest

log = logging.getLogger(__name__)

# Any number, the same for every Heedline: who holds it publishes into this database.
_ONE_PUBLISHER = 7_306_381_512


@dataclass(frozen=True)
class Loaded:
    """What the database holds; `unchanged` when it held it before."""

    version: str
    rows: int
    unchanged: bool


def load(uri: SecretStr, version: Path, patience: float = 60) -> Loaded:
    """Bring a database to a published version.

    Args:
        uri: the database's address, password included.
        version: the version's folder.
        patience: seconds to wait, at each of two steps, for readers that are in the way.

    Raises:
        PostgresBehind: it could not be brought there and holds its last version, whole.
    """
    started = time.monotonic()
    manifest = Manifest.read(version)
    if manifest is None:
        raise PostgresBehind(f"publish: no manifest in {version}; publish anew")
    digest = hashlib.sha256((version / NAME).read_bytes()).hexdigest()
    with connected(uri) as connection:
        if (rows := _rows_if_there(connection, digest)) is not None:
            return Loaded(version.name, rows, unchanged=True)
        _be_the_only_publisher(connection, patience)
        _make_roles(connection)
        with opened(version, manifest.keys) as source:
            lines = build(connection, source)
        announce(
            connection,
            lines,
            {"version": version.name, "as_of": manifest.content.as_of, "manifest": digest},
        )
        settle(connection, lines, patience)
        swap(connection, lines, patience)
    rows = sum(line.rows or 0 for line in lines)
    log.info(
        "publish: %s is in Postgres: %d tables, %d rows in %.1f s",
        *(version.name, len(lines), rows, time.monotonic() - started),
    )
    return Loaded(version.name, rows, unchanged=False)


def _rows_if_there(connection: Connection, digest: str) -> int | None:
    """How many rows the version with this manifest has; None when it is not there, whole."""
    table = f"{LEADERS}.{PUBLICATION}"
    if run(connection, f"select to_regclass('{table}')")[0][0] is None:
        return None
    found = run(
        connection,
        f"select coalesce(sum(rows), 0)::bigint from {table} having min(manifest) = '{digest}' "
        "and count(to_regclass(format('%I.%I', schema_name, mart))) = count(*)",
    )
    return int(str(found[0][0])) if found else None


def _be_the_only_publisher(connection: Connection, patience: float) -> None:
    """The server frees the lock with the session, also that of a publisher that was killed."""
    until = time.monotonic() + patience
    while not run(connection, f"select pg_try_advisory_lock({_ONE_PUBLISHER})")[0][0]:
        if time.monotonic() > until:
            raise PostgresBehind(
                "publish: another publish into this database is under way; wait for it to end and "
                "publish again"
            )
        time.sleep(0.2)


def _make_roles(connection: Connection) -> None:
    there = run(connection, f"select rolname from pg_roles where rolname in {tuple(ROLES)}")
    missing = [role for role in ROLES if (role,) not in there]
    for role in missing:
        try:
            run(connection, f"create role {role} nologin")
        except adbc_driver_manager.Error as error:
            if state_of(error) != "42501":
                raise
            wanted = "; ".join(f"create role {role} nologin" for role in missing)
            raise PostgresBehind(
                "publish: the roles that may read are not there, and this user may not make them; "
                f"as an administrator: {wanted}"
            ) from None
