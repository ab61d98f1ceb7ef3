"""A window of Freshdesk's history: tickets by their last change, ratings by their making.

Neither list can be asked for an end. Tickets come oldest change first, so reading stops behind
the window; ratings come in no promised order, so newer ones are passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.freshdesk import following
from connectors.freshdesk.paging import NAME, Row, changed_at
from connectors.freshdesk.source import AT_ONCE, signed_in, state_of
from connectors.http import Policy
from connectors.windows import WHOLE, Window
from warehouse.clock import iso

_LISTS = ("companies", "agents", "groups", "ticket_fields", "surveys", "articles", "deletions")
LEFT_OUT = {
    **dict.fromkeys(_LISTS, WHOLE),
    "contacts": "their list has no end, and the first pull takes all of them",
}


def source(
    credentials: Credentials,
    window: Window,
    *,
    page_size: int = 100,
    without: Sequence[str] = (),
    policy: Policy | None = None,
    **_: Any,
) -> DltSource:
    """What belongs to the window (nothing is requested yet); settings as of the pull.

    Tickets in the trash or marked as spam are left to the pull, which reads all of them.
    """
    api = signed_in(credentials, page_size, policy)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    def changed() -> Iterator[Row]:
        for rows in api.tickets(window.begin, include=following.INCLUDED):
            yield from (row for row in rows if window.has(changed_at(row)))
            if all(changed_at(row) >= window.end for row in rows):
                return

    @dlt.defer
    def fetch(rows: list[Row]) -> list[Row]:
        return [following.with_conversations(api, ticket) for ticket in rows]

    @dlt.resource(**hints["tickets"])
    def tickets() -> Iterator[Callable[[], list[Row]]]:
        rows = changed()
        while some := list(islice(rows, AT_ONCE)):
            yield fetch(some)

    @dlt.transformer(data_from=tickets, **hints["ticket_states"])
    def ticket_states(rows: list[Row]) -> list[Row]:
        return [state_of(row) for row in rows]

    @dlt.resource(**hints["satisfaction_ratings"])
    def satisfaction_ratings() -> Iterator[list[Row]]:
        since = iso(window.begin)
        for rows in api.listed("surveys/satisfaction_ratings", created_since=since):
            yield [row for row in rows if window.has(changed_at(row, "created_at"))]

    @dlt.source(name=NAME, max_table_nesting=0)
    def freshdesk() -> Any:
        every = [tickets, ticket_states, satisfaction_ratings]
        return [resource for resource in every if resource.name not in without]

    return freshdesk()
