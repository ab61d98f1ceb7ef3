"""Threads of the conversations inbox with their messages.

A thread's list entry moves with its latest message only: whoever closes one leaves no trace there.
So each run lists the last days again, and a digest tells which entries differ. Each new or
different thread is asked for its messages, several at a time.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import dlt

from connectors.contract import SourceError
from connectors.http import Http, Refused
from connectors.hubspot.crm import LISTED_AT_ONCE, NEXT_RUN, NextAfter, iso_ms, moment
from connectors.hubspot.properties import NAME, Row
from connectors.seen import Seen, digest

ROOT = "conversations/v3/conversations"
AT_ONCE = 20  # threads that one worker fetches in a row


def threads(
    http: Http, state: Row, start: int, lookback: int
) -> Iterator[Callable[[], list[Row]] | list[Row]]:
    """New and changed threads with their messages; deleted ones without.

    Args:
        start, lookback: milliseconds; `state` is moved on when all pages are read.
    """
    known: dict[str, str] = state.get("binned", {})
    binned: dict[str, str] = {}
    # The bin holds 30 days of deleted threads. What people wrote in them does not land.
    for rows in listed(http, {"archived": "true"}):
        binned |= {row["id"]: digest(row) for row in rows}
        if found := [row for row in rows if known.get(row["id"]) != binned[row["id"]]]:
            yield [{**row, "messages": []} for row in found]
    restored = sorted(known.keys() - binned.keys())
    yield [row for id_ in restored if (row := _one(http, id_)) is not None]

    @dlt.defer
    def fetch(rows: list[Row]) -> list[Row]:
        return [whole for row in rows if (whole := with_messages(http, row)) is not None]

    seen, newest, met = Seen(state), state.get("newest", start), {*binned, *restored}
    since = max(start, newest - lookback)
    asked = {"sort": "latestMessageTimestamp", "latestMessageTimestampAfter": iso_ms(since)}
    for rows in listed(http, asked):
        newest = max([newest, *(row["changed_ms"] for row in rows)])
        # A thread that gets a message while we read comes again: the next run has it anew.
        first = [row for row in rows if row["id"] not in met]
        met.update(row["id"] for row in first)
        fresh = iter(seen.fresh(first, "id", "changed_ms"))
        while some := list(islice(fresh, AT_ONCE)):
            yield fetch(some)
    state["newest"], state["binned"] = newest, binned
    seen.forget_before(newest - lookback)


def listed(http: Http, params: Row) -> Iterator[list[Row]]:
    asked: dict[str, Any] = {"limit": LISTED_AT_ONCE, "association": "TICKET", **params}
    path = f"{ROOT}/threads"
    for rows, _ in http.pages(path, "results", params=asked, paginator=NextAfter()):
        yield [with_time(row) for row in rows]


def with_time(row: Row) -> Row:
    """The thread with `changed_ms`: its latest message, or else its beginning (0: neither)."""
    return {
        **row,
        "changed_ms": moment(row.get("latestMessageTimestamp") or row.get("createdAt")) or 0,
    }


def _one(http: Http, id_: str) -> Row | None:
    """A thread by its id, with its messages; None when it is gone for good."""
    try:
        row = http.get(f"{ROOT}/threads/{id_}", params={"association": "TICKET"})
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    return with_messages(http, with_time(row))


def with_messages(http: Http, thread: Row) -> Row | None:
    """A thread with its messages, oldest first; None when it was deleted meanwhile.

    Raises:
        SourceError: a page of messages could not be had.
    """
    path = f"{ROOT}/threads/{thread['id']}/messages"
    found: list[Row] = []
    try:
        params = {"limit": LISTED_AT_ONCE}
        for rows, _ in http.pages(path, "results", params=params, paginator=NextAfter()):
            found += rows
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    # Newest first, and one that comes while we read shifts the pages: each once, oldest first.
    each = {row["id"]: row for row in reversed(found)}
    ordered = sorted(each.values(), key=lambda row: moment(row.get("createdAt")) or 0)
    return {**thread, "messages": [_untruncated(http, path, row) for row in ordered]}


def _untruncated(http: Http, path: str, message: Row) -> Row:
    """The message with all its text. What only lacks the quoted history stays as it is."""
    if message.get("truncationStatus") != "TRUNCATED":
        return message
    original = http.get(f"{path}/{message['id']}/original-content")
    if not isinstance(original, dict) or "text" not in original:
        raise SourceError(NAME, path, "answer has no original text", NEXT_RUN)
    return {**message, "text": original["text"], "richText": original.get("richText")}
