"""Where Superset reads the marts: the published DuckDB file, or the schema `kpi` of Postgres."""

from dataclasses import dataclass, field
from typing import Any

# Nothing but the file itself, read-only: no other file, no network, no setting changed, so that
# nobody who may write SQL in Superset reads what else lies on its machine.
_SEALED = {
    "access_mode": "READ_ONLY",
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
    "threads": 2,
    "memory_limit": "1GB",
}


@dataclass(frozen=True)
class Connection:
    """A database of the bundle.

    Attributes:
        uri: SQLAlchemy address. Without a password: Superset keeps that.
        schema: in which the marts lie.
        engine: arguments of SQLAlchemy's `create_engine`.
    """

    name: str
    uri: str
    schema: str
    engine: dict[str, Any] = field(default_factory=dict)


DUCKDB = Connection(
    name="duckdb",
    # `current` is resolved anew for every query by superset_config.py.
    uri="duckdb:////published/current/support.duckdb",
    schema="main",
    engine={"connect_args": {"config": _SEALED}},
)
POSTGRES = Connection(
    name="postgres",
    uri="postgresql+psycopg2://superset@postgres:5432/heedline",
    schema="kpi",
)
