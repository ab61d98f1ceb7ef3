"""The ids of Zendesk's living tickets and users, for the audit: by the same exports as the pull."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.zendesk.exports import by_cursor
from connectors.zendesk.source import signed_in
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    page_size: int = 1000,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until` and is not deleted. Raises SourceError."""
    http, start = signed_in(credentials), int(parse_as_of(start_at).timestamp())

    def alive(name: str, since: int) -> Iterator[str]:
        for rows in by_cursor(http, name, {}, since, page_size):
            for row in rows:
                gone = row.get("status") == "deleted" or row.get("active") is False
                if not gone and parse_as_of(row["created_at"]) < until:
                    yield str(row["id"])

    return {"tickets": alive("tickets", start), "users": alive("users", 0)}
