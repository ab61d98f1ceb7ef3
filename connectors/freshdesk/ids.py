"""The ids of Freshdesk's living tickets and contacts, for the audit: the lists of the pull."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Credentials
from connectors.counts import kept_states
from connectors.freshdesk.paging import NAME, changed_at
from connectors.freshdesk.source import signed_in
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    page_size: int = 100,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until`, neither deleted nor spam.

    A long history is pulled in stretches (`tickets_per_run`): tickets that no run has come to yet
    are not listed.

    Raises SourceError.
    """
    api, start = signed_in(credentials, page_size), parse_as_of(start_at)
    newest = kept_states(NAME).get("tickets", {}).get("newest")
    reached = parse_as_of(newest) if newest else start

    def tickets() -> Iterator[str]:
        behind = timedelta(minutes=lookback_minutes)
        for rows in api.tickets(start):
            for row in rows:
                if changed_at(row, "created_at") < until and changed_at(row) <= reached - behind:
                    yield str(row["id"])

    def contacts() -> Iterator[str]:
        for which in ({}, {"state": "blocked"}):
            for rows in api.listed("contacts", **which):
                made = (row for row in rows if changed_at(row, "created_at") < until)
                yield from (str(row["id"]) for row in made)

    return {"tickets": tickets(), "contacts": contacts()}
