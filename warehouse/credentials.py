"""Where a system is and how to sign in: what connectors read from and outreach delivers to.

Secrets live in Airflow connections, or in the environment where Airflow looks for them, too.
"""

import os
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class NoConnection(LookupError):
    """The connection is not there; the message says which variable to set."""


class Credentials(BaseModel):
    """Where a system is and how to sign in. Never logged: `repr` hides the secrets."""

    model_config = ConfigDict(frozen=True)

    base_url: str
    login: str = ""
    password: str = Field(default="", repr=False)
    extra: dict[str, Any] = Field(default_factory=dict, repr=False)
    database: str = ""

    @property
    def secrets(self) -> list[str]:
        """What must not show up in a log or an error."""
        return [self.login, self.password, *map(str, self.extra.values())]


def from_airflow(connection: Any) -> Credentials:
    """An Airflow connection as plain credentials."""
    port = f":{connection.port}" if connection.port else ""
    return Credentials(
        base_url=f"{connection.conn_type}://{connection.host}{port}",
        login=connection.login or "",
        password=connection.password or "",
        extra=connection.extra_dejson,
        database=connection.schema or "",
    )


def from_environment(connection_id: str) -> Credentials:
    """The connection as `AIRFLOW_CONN_…` holds it, read as Airflow reads it (address or JSON).

    Raises:
        NoConnection: it is not set.
    """
    variable = f"AIRFLOW_CONN_{connection_id.upper()}"
    text = os.environ.get(variable, "")
    if not text:
        raise NoConnection(
            f"no connection {connection_id}: set {variable}, e.g. https://login:secret@host "
            "(one that stands in Airflow's page is seen by the DAGs only)"
        )
    from airflow.sdk import Connection

    read = Connection.from_json if text.lstrip().startswith("{") else Connection.from_uri
    return from_airflow(read(text, conn_id=connection_id))
