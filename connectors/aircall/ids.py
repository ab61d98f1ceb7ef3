"""The ids of Aircall's calls and contacts, for the audit: the lists, by when they were made."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.aircall.reading import windows
from connectors.aircall.source import signed_in
from connectors.contract import Credentials
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

    def made(key: str, when: str, since: int) -> Iterator[str]:
        for rows in windows(http, key, when, since):
            yield from (str(row["id"]) for row in rows if int(row[when]) < until.timestamp())

    return {
        "calls": made("calls", "started_at", start),
        "contacts": made("contacts", "created_at", 0),
    }
