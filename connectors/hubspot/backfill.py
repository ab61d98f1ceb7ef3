"""A window of HubSpot's history: objects by their last change, threads by their last message."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.http import Policy
from connectors.hubspot.conversations import AT_ONCE, listed, with_messages
from connectors.hubspot.crm import Crm, iso_ms, signed_in
from connectors.hubspot.properties import NAME, Row, read_own
from connectors.hubspot.source import with_links
from connectors.windows import WHOLE, Window

LEFT_OUT = {"owners": WHOLE, "pipelines": WHOLE, "channels": WHOLE}


def source(
    credentials: Credentials,
    window: Window,
    *,
    properties: dict[str, Any] | None = None,
    feedback: bool = True,
    conversations: bool = True,
    policy: Policy | None = None,
    **_: Any,
) -> DltSource:
    """What last changed within the window (nothing is requested yet); settings as of the pull.

    Deleted records are in no search: the pull lists all that HubSpot keeps of them.
    """
    http = signed_in(credentials, policy)
    crm, own, (begin, end) = Crm(http), read_own(properties or {}), window.milliseconds
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    def records(kind: str) -> Any:
        names = own.asked(kind)

        @dlt.resource(**hints[kind])
        def rows() -> Iterator[list[Row]]:
            for found in crm.changed(kind, names, begin, end - 1):
                yield with_links(crm, kind, names, found)

        return rows.add_map(partial(own.declare, kind))

    @dlt.defer
    def fetch(rows: list[Row]) -> list[Row]:
        return [whole for row in rows if (whole := with_messages(http, row)) is not None]

    @dlt.resource(**hints["threads"])
    def threads() -> Iterator[Callable[[], list[Row]]]:
        met = set[str]()
        after = {"sort": "latestMessageTimestamp", "latestMessageTimestampAfter": iso_ms(begin - 1)}
        for rows in listed(http, after):
            first = iter([r for r in rows if r["changed_ms"] < end and r["id"] not in met])
            met.update(row["id"] for row in rows)
            while some := list(islice(first, AT_ONCE)):
                yield fetch(some)
            if all(row["changed_ms"] >= end for row in rows):
                return

    @dlt.source(name=NAME, max_table_nesting=0)
    def hubspot() -> Any:
        chosen = [records("contacts"), records("companies"), records("tickets")]
        chosen += [records("feedback_submissions")] if feedback else []
        return [*chosen, threads] if conversations else chosen

    return hubspot()
