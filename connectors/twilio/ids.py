"""The ids of Twilio's calls and recordings, for the audit: the lists, a thousand a page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.twilio.source import Account
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until`. Raises SourceError."""
    account, start = Account(credentials), parse_as_of(start_at)

    def made(name: str) -> Iterator[str]:
        for rows in account.since(name, start):
            for row in rows:
                at = row["date_created_iso"]
                if at is None or parse_as_of(at) < until:
                    yield str(row["sid"])

    return {"calls": made("calls"), "recordings": made("recordings")}
