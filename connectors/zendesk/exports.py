"""The ways in which Zendesk hands out lists: by cursor, by time, page by page.

A cursor that Zendesk no longer takes falls back to the time it stood at. Time-based exports send
their last second again; repeats are dropped.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator, JSONResponseCursorPaginator

from connectors.http import Http, Refused
from connectors.paginators import CountedWindow, EndOfStreamCursor, TimeWindow
from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of

Row = dict[str, Any]
# "Start time too recent" and "invalid cursor" come as one or the other, depending on the endpoint.
_UNUSABLE_START = {400, 422}


def changed_at(row: Row) -> int:
    """When a record last changed, in seconds, as its export counts it."""
    for column in ("generated_timestamp", "timestamp"):
        if column in row:
            return int(row[column])
    return int(parse_as_of(row["updated_at"]).timestamp())


def by_cursor(
    http: Http, name: str, state: Row, start: int, page_size: int, form: str = "cursor.json"
) -> Iterator[list[Row]]:
    """New and changed records of a cursor export; `state` is moved on with every page.

    `form`: how the export's address ends; Zendesk takes `cursor` as well.
    """

    def pages(**position: Any) -> Iterator[list[Row]]:
        params = {"per_page": page_size, **position}
        path = f"api/v2/incremental/{name}/{form}"
        for rows, answer in http.pages(path, name, params=params, paginator=EndOfStreamCursor()):
            state["cursor"] = answer.get("after_cursor") or state.get("cursor")
            state["reached"] = max([state.get("reached", start), *map(changed_at, rows)])
            if rows:
                yield rows

    if "cursor" not in state:
        yield from pages(start_time=start)
        return
    try:
        yield from pages(cursor=state["cursor"])
    except Refused as refusal:
        if refusal.status not in _UNUSABLE_START:
            raise
        yield from pages(start_time=state.get("reached", start))


def by_time(http: Http, name: str, state: Row, start: int, **params: Any) -> Iterator[list[Row]]:
    """New and changed records of a time-based export, each state of a record once."""
    path = f"api/v2/incremental/{name}.json"
    yield from _by_time(http, path, name, state, {"start_time": start, **params}, TimeWindow())


def by_count(http: Http, path: str, key: str, state: Row, start: int) -> Iterator[list[Row]]:
    """As `by_time`, of the products whose exports tell by their `count` alone that they end."""
    asked = {"start_time": start}
    yield from _by_time(http, f"api/v2/{path}", key, state, asked, CountedWindow())


def _by_time(
    http: Http, path: str, key: str, state: Row, asked: Row, paginator: BasePaginator
) -> Iterator[list[Row]]:
    seen = Seen(state)
    start = int(state["until"] if "until" in state else asked["start_time"])
    try:
        for rows, answer in http.pages(
            path, key, params={**asked, "start_time": start}, paginator=paginator
        ):
            fresh = seen.fresh(({**row, "_at": changed_at(row)} for row in rows), "id", "_at")
            state["until"] = max(start, int(answer.get("end_time") or start))
            # Only the last second of a page is sent again.
            seen.forget_before(state["until"])
            if fresh:
                yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]
    except Refused as refusal:
        # The last event is under a minute old: there is nothing that Zendesk would show yet.
        if refusal.status != 422 or "until" not in state:
            raise


def ratings(http: Http, state: Row, start: int, lookback: int) -> Iterator[list[Row]]:
    """Satisfaction ratings. An offered one becomes good or bad later: the last days come again."""
    seen = Seen(state)
    newest = state.get("newest", start)
    begin = max(start, newest - lookback)
    for rows in listed(http, "satisfaction_ratings", start_time=begin):
        newest = max([newest, *map(changed_at, rows)])
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
    state["newest"] = newest
    seen.forget_before(iso(datetime.fromtimestamp(newest - lookback, UTC)))


def listed(http: Http, path: str, *, key: str | None = None, **params: Any) -> Iterator[list[Row]]:
    """A plain list, by Zendesk's cursor pagination; rows stand under `key` (default: `path`)."""
    asked = {"page[size]": 100, **params}
    paginator = JSONResponseCursorPaginator(
        cursor_path="meta.after_cursor", cursor_param="page[after]", has_more_path="meta.has_more"
    )
    path, key = f"api/v2/{path}.json", key or path
    for rows, _ in http.pages(path, key, params=asked, paginator=paginator):
        yield rows


def whole(http: Http, name: str, state: Row) -> Iterator[list[Row]]:
    """A short list that is always read whole; what has not changed does not land again."""
    seen = Seen(state)
    for rows in listed(http, name):
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
