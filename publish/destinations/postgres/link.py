"""The connection to Postgres, and what to tell people when the database refuses.

The address holds a password. It is in no message and no log: what the driver says is searched for
it before it is passed on.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import adbc_driver_manager
from adbc_driver_manager.dbapi import Connection
from adbc_driver_postgresql import dbapi
from pydantic import SecretStr

from warehouse.sql import identifier

SCHEMES = ("postgresql", "postgres")
# Seconds. A host that drops packets would let libpq wait for ever.
_DEFAULTS = {"connect_timeout": "10", "application_name": "heedline"}
_KEPT = "The database still holds the version before."


class PostgresBehind(RuntimeError):
    """The database was not brought up to the published version; it holds its last one, whole.

    The message says why, and what to do.
    """


@contextmanager
def connected(uri: SecretStr) -> Iterator[Connection]:
    """A connection whose statements commit by themselves unless they begin a transaction.

    Raises:
        PostgresBehind: no connection, or an error of the database inside the block.
    """
    address = _address(uri.get_secret_value())
    try:
        with dbapi.connect(address, autocommit=True) as connection:
            yield connection
    except adbc_driver_manager.Error as error:
        raise PostgresBehind(_advice(error, address)) from None


def run(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    """Run one statement; the rows it answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def state_of(error: adbc_driver_manager.Error) -> str:
    """The SQLSTATE of an error; empty when it is not one of the server's."""
    return str(error.sqlstate or "")


def _address(uri: str) -> str:
    parts = urlsplit(uri)
    try:
        usable = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # says what stands in the port's place, which may be half a password
        usable = False
    if not usable:
        raise PostgresBehind(
            "publish: the Airflow connection heedline_postgres is no address of a database; as "
            "AIRFLOW_CONN_HEEDLINE_POSTGRES it looks like "
            "postgresql://user:password@host:5432/database (with a / or # in the password as %2F, "
            "%23)"
        )
    query = urlencode(_DEFAULTS | dict(parse_qsl(parts.query)), quote_via=quote)
    return urlunsplit(parts._replace(query=query))


def _advice(error: adbc_driver_manager.Error, address: str) -> str:
    parts = urlsplit(address)
    where = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
    said = _without_secrets(str(error), address)
    user = unquote(parts.username or "") or "the user"
    advice = {
        "42501": f"{user} lacks a privilege; as its owner: grant create on database "
        f"{identifier(parts.path.strip('/'))} to {identifier(user)}; docs/bi.md has the others",
        "53100": "its disk is full; make room, then publish again",
        "2BP01": "something that Heedline did not make is in schema kpi or success, or builds on "
        "their tables; tables are replaced as a whole, so drop it (a view: keep its definition, "
        "pg_get_viewdef, and create it anew after), or move it elsewhere and let it read a copy",
        "42P06": "another publish is under way; wait for it to end and try again",
    }.get(state_of(error))
    if advice is None:
        advice = next(
            (what for sign, what in _SIGNS.items() if sign in said),
            "see the server's log; publish again once it is put right",
        )
    return f"publish: Postgres at {where}: {advice}. {_KEPT} The server says: {said}"


_SIGNS = {
    "password authentication failed": "it refuses the password; put the right one into the "
    "Airflow connection heedline_postgres (or AIRFLOW_CONN_HEEDLINE_POSTGRES)",
    "does not exist": "the database or user is not there; create it, or correct the address",
    "Connection refused": "nobody answers there; start the server, or correct host and port",
    "could not translate host name": "no such host; correct the address",
    "timeout expired": "no answer in time; is the server up, and does a firewall let us through",
    "too many clients": "it takes no more connections; try again, or raise max_connections",
    "No space left": "its disk is full; make room, then publish again",
}


def _without_secrets(said: str, address: str) -> str:
    password = urlsplit(address).password
    if password:
        for form in {password, unquote(password)}:
            said = said.replace(form, "***")
    # What we asked for is of no use to who reads this, and may hold a row.
    said = re.split(r"\nQuery was:|\bCONTEXT:", said)[0]
    return " ".join(said.removeprefix("IO: ").split())
