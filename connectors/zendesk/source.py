"""Zendesk Support through its incremental exports: only what changed since the last run.

Tickets and users go by cursor (exact, kept between runs), ticket events and organizations by time
(the last second comes again, repeats are dropped), satisfaction ratings by time with a lookback,
groups and brands whole. A cursor that Zendesk no longer takes falls back to the time it stood at.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.http import Http, Refused
from connectors.paginators import EndOfStreamCursor, TimeWindow
from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of, wall_now

NAME = "zendesk"
DAY = 86_400
Row = dict[str, Any]
# "Start time too recent" and "invalid cursor" come as one or the other, depending on the endpoint.
_UNUSABLE_START = {400, 422}
_INDEXED = 10  # minutes after which search surely knows a ticket
_COUNTED_AT_ONCE = 100_000


def _epoch(row: Row) -> int:
    """When a record last changed, in seconds, as its export counts it."""
    for column in ("generated_timestamp", "timestamp"):
        if column in row:
            return int(row[column])
    return int(parse_as_of(row["updated_at"]).timestamp())


def by_cursor(http: Http, name: str, state: Row, start: int, page_size: int) -> Iterator[list[Row]]:
    """New and changed records of a cursor export; `state` is moved on with every page."""

    def pages(**position: Any) -> Iterator[list[Row]]:
        params = {"per_page": page_size, **position}
        path = f"api/v2/incremental/{name}/cursor.json"
        for rows, answer in http.pages(path, name, params=params, paginator=EndOfStreamCursor()):
            state["cursor"] = answer.get("after_cursor") or state.get("cursor")
            state["reached"] = max([state.get("reached", start), *map(_epoch, rows)])
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
    seen = Seen(state)
    start = state.get("until", start)
    asked = {"start_time": start, **params}
    path = f"api/v2/incremental/{name}.json"
    try:
        for rows, answer in http.pages(path, name, params=asked, paginator=TimeWindow()):
            fresh = seen.fresh(({**row, "_at": _epoch(row)} for row in rows), "id", "_at")
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
        newest = max([newest, *map(_epoch, rows)])
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
    state["newest"] = newest
    seen.forget_before(iso(datetime.fromtimestamp(newest - lookback, UTC)))


def listed(http: Http, name: str, **params: Any) -> Iterator[list[Row]]:
    """A plain list, by Zendesk's cursor pagination."""
    asked = {"page[size]": 100, **params}
    paginator = JSONResponseCursorPaginator(
        cursor_path="meta.after_cursor", cursor_param="page[after]", has_more_path="meta.has_more"
    )
    for rows, _ in http.pages(f"api/v2/{name}.json", name, params=asked, paginator=paginator):
        yield rows


def whole(http: Http, name: str, state: Row) -> Iterator[list[Row]]:
    """A short list that is always read whole; what has not changed does not land again."""
    seen = Seen(state)
    for rows in listed(http, name):
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh


def count_tickets(http: Http, state: Row, start: int) -> None:
    """Keep how many living tickets Zendesk finds; search learns of new ones with minutes' delay."""
    since = iso(datetime.fromtimestamp(start, UTC))
    until = iso(wall_now() - timedelta(minutes=_INDEXED))
    query = f"type:ticket created>={since} created<{until}"
    if (found := _counted(http, "search/count.json", query=query)) is not None:
        state["vendor_count"] = vendor_count(found, since=since, until=until)


def count_users(http: Http, state: Row) -> None:
    """Keep how many users there are; Zendesk counts more than 100,000 only once a day."""
    if (found := _counted(http, "users/count.json")) is not None:
        state["vendor_count"] = vendor_count(found, exact=found <= _COUNTED_AT_ONCE)


def _counted(http: Http, path: str, **params: str) -> int | None:
    """A count; None where the login may read, but not count."""
    try:
        answer = http.get(f"api/v2/{path}", params=params)
    except Refused as refusal:
        if refusal.status != 403:
            raise
        return None
    number = answer.get("count") if isinstance(answer, dict) else None
    number = number.get("value") if isinstance(number, dict) else number
    if not isinstance(number, int):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError(NAME, f"/api/v2/{path}", "answer is no count", remedy)
    return number


def signed_in(credentials: Credentials) -> Http:
    """The account's API."""
    auth = HttpBasicAuth(credentials.login, credentials.password)
    return Http(NAME, credentials.base_url, auth=auth)


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    page_size: int = 1000,
    rating_lookback_days: int = 30,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://<subdomain>.zendesk.com, login `<e-mail>/token`, password
            an API token.
        start_at: oldest change to fetch on the first run.
        page_size: rows per export page, at most 1,000.
        rating_lookback_days: how long after it was offered a rating may still be given.
    """
    http = signed_in(credentials)
    start = int(parse_as_of(start_at).timestamp())
    lookback = rating_lookback_days * DAY
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(**hints["tickets"])
    def tickets() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        yield from by_cursor(http, "tickets", state, start, page_size)
        count_tickets(http, state, start)

    @dlt.resource(**hints["users"])
    def users() -> Iterator[list[Row]]:
        # People and teams from before the first day are still the ones spoken to after it.
        state = dlt.current.resource_state()
        yield from by_cursor(http, "users", state, 0, page_size)
        count_users(http, state)

    @dlt.resource(**hints["organizations"])
    def organizations() -> Iterator[list[Row]]:
        yield from by_time(http, "organizations", dlt.current.resource_state(), 0)

    @dlt.resource(**hints["groups"])
    def groups() -> Iterator[list[Row]]:
        yield from whole(http, "groups", dlt.current.resource_state())

    @dlt.resource(**hints["brands"])
    def brands() -> Iterator[list[Row]]:
        yield from whole(http, "brands", dlt.current.resource_state())

    @dlt.resource(**hints["ticket_events"])
    def ticket_events() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        yield from by_time(http, "ticket_events", state, start, include="comment_events")

    @dlt.resource(**hints["satisfaction_ratings"])
    def satisfaction_ratings() -> Iterator[list[Row]]:
        yield from ratings(http, dlt.current.resource_state(), start, lookback)

    @dlt.source(name=NAME, max_table_nesting=0)
    def zendesk() -> Any:
        return (
            tickets,
            users,
            organizations,
            groups,
            brands,
            ticket_events,
            satisfaction_ratings,
        )

    return zendesk()
