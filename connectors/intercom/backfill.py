"""A window of Intercom's history: conversations and contacts that last changed within it."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.http import Http
from connectors.intercom.source import AT_ONCE, DAY, NAME, Row, detail, searched, signed_in
from connectors.windows import WHOLE, Window

LEFT_OUT = dict.fromkeys(("admins", "teams", "companies", "articles"), WHOLE)


def changed_within(http: Http, path: str, key: str, window: Window) -> Iterator[list[Row]]:
    """Records of a search. Its filter may go by whole days of some time zone: more is asked for."""
    begin, end = window.seconds
    bounds = ((">", max(0, begin - 2 * DAY)), ("<", end + 2 * DAY))
    parts = [{"field": "updated_at", "operator": sign, "value": at} for sign, at in bounds]
    for rows in searched(http, path, key, {"operator": "AND", "value": parts}):
        yield [row for row in rows if begin <= int(row["updated_at"]) < end]


def source(credentials: Credentials, window: Window, **_: Any) -> DltSource:
    """What last changed within the window (nothing is requested yet)."""
    http = signed_in(credentials)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.defer
    def fetch(ids: list[str]) -> list[Row]:
        return [row for id_ in ids if (row := detail(http, id_)) is not None]

    @dlt.resource(**hints["conversations"])
    def conversations() -> Iterator[Callable[[], list[Row]]]:
        for rows in changed_within(http, "conversations/search", "conversations", window):
            ids = (str(row["id"]) for row in rows)
            while some := list(islice(ids, AT_ONCE)):
                yield fetch(some)

    @dlt.resource(**hints["contacts"])
    def contacts() -> Iterator[list[Row]]:
        yield from changed_within(http, "contacts/search", "data", window)

    @dlt.source(name=NAME, max_table_nesting=0)
    def intercom() -> Any:
        return conversations, contacts

    return intercom()
