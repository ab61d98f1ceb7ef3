"""The ids of Intercom's conversations and contacts, for the audit: by search, without parts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.intercom.source import changed, signed_in
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until`. Raises SourceError."""
    http, start = signed_in(credentials), int(parse_as_of(start_at).timestamp())

    def found(path: str, key: str, since: int) -> Iterator[str]:
        for rows in changed(http, path, key, {}, since, 0):
            yield from (str(row["id"]) for row in rows if row["created_at"] < until.timestamp())

    return {
        "conversations": found("conversations/search", "conversations", start),
        "contacts": found("contacts/search", "data", 0),
    }
