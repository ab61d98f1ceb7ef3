"""Signing in to a database: TLS, a read-only session, and what goes wrong in one line.

The database's own words are left out of errors, for some quote values and addresses.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from connectors.contract import Credentials, SourceError
from connectors.sql_database.mapping import NAME

CONNECTION = "connection heedline_sql_database"
_TLS = ("require", "verify-ca", "verify-full")
_NOT_ALLOWED = "42501"  # SQLSTATE of PostgreSQL
# libpq gives what fails before the sign-in no code, only words.
_NOT_TRUSTED = re.compile(r"certificate|private key file|not support SSL|unsupported protocol")


def engine(credentials: Credentials) -> sa.Engine:
    """An engine for the connection's address; nothing is asked yet.

    Raises:
        SourceError: no address we can use, or one without TLS beyond loopback.
    """
    kind, _, place = credentials.base_url.partition("://")
    if kind == "sqlite" and credentials.database:
        url = sa.URL.create(
            "sqlite", database=f"file:{credentials.database}", query={"mode": "ro", "uri": "true"}
        )
        return sa.create_engine(url)
    if kind not in {"postgres", "postgresql"} or not place or not credentials.database:
        remedy = f"write it like postgresql://login:secret@host/database in {CONNECTION}"
        raise SourceError(NAME, CONNECTION, "has no usable address", remedy)
    host, _, port = place.rpartition(":") if place.rpartition(":")[2].isdigit() else (place, "", "")
    extra = {name: str(value) for name, value in credentials.extra.items()}
    mode = extra.setdefault("sslmode", "prefer" if _is_loopback(host) else "require")
    if mode not in _TLS and not _is_loopback(host):
        remedy = f"set sslmode to verify-full (or require) in {CONNECTION}"
        raise SourceError(NAME, host, "refusing to sign in without TLS", remedy)
    url = sa.URL.create(
        "postgresql+psycopg2",
        username=credentials.login or None,
        password=credentials.password or None,
        host=host,
        port=int(port) if port else None,
        database=credentials.database,
        query={"connect_timeout": "30", "application_name": "heedline", **extra},
    )
    # One reading at a time, and none of a connection that was left in an unknown state.
    return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)


@contextmanager
def session(made: sa.Engine, where: str) -> Iterator[sa.Connection]:
    """A connection that can only read, within one transaction.

    Raises:
        SourceError: unreachable, login refused, no right to read, cut off.
    """
    options: dict[str, Any] = {}
    if made.dialect.name == "postgresql":
        # One moment for the whole table: a row that moves while we read is neither lost nor twice.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        with made.connect().execution_options(**options) as connection:
            yield connection
    except DBAPIError as error:
        raise _said(error, where) from None
    except SQLAlchemyError as error:
        remedy = f"check the table and {CONNECTION}; nothing was kept"
        raise SourceError(NAME, where, f"cannot be read ({type(error).__name__})", remedy) from None


def _said(error: DBAPIError, where: str) -> SourceError:
    code = getattr(error.orig, "pgcode", None)
    if code == _NOT_ALLOWED:
        remedy = f"grant the login of {CONNECTION} usage of the schema and select on the table"
        return SourceError(NAME, where, "no right to read it", remedy)
    if code is None and _NOT_TRUSTED.search(str(error.orig)):
        problem = "no trusted TLS connection: the server has none, or not the right certificate"
        remedy = f"check host, sslmode and sslrootcert in {CONNECTION}; nobody was signed in"
        return SourceError(NAME, where, problem, remedy)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        remedy = f"check address, login and password in {CONNECTION}, and the network; "
        problem = f"cannot reach the database, or it broke off ({type(error).__name__})"
        return SourceError(NAME, where, problem, remedy + "nothing is lost")
    kind = type(error.orig).__name__
    return SourceError(
        NAME, where, f"the database refused ({kind})", "nothing was kept; look there"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
