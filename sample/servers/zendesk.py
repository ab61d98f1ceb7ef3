"""Zendesk on loopback: incremental exports (cursor- and time-based), groups, satisfaction ratings.

Pages, stop rules, Basic auth (`email/token:token`), the excluded last minute and the rate limit of
the High Volume add-on as the vendor has them. `app.state.records` may be added to between runs.
"""

import time
from base64 import b64decode, b64encode
from bisect import bisect_left
from calendar import timegm
from collections import defaultdict, deque
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from sample.servers import zendesk_chat, zendesk_products, zendesk_writes
from sample.servers.world import Row
from sample.servers.zendesk_events import Records
from sample.servers.zendesk_products import After, Size

PAGE = 1000
RECENT = 60  # seconds that the exports hold back, so that a page never changes behind a reader


class Refusal(Exception):
    """An answer other than 200, as Zendesk words it."""

    def __init__(self, status: int, body: Row, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = orjson.dumps(body)
    return Response(content, status, headers, media_type="application/json; charset=utf-8")


class Exports:
    """Slices sorted lists the two ways that Zendesk's exports do, within the rate limit."""

    def __init__(self, records: Records, clock: Callable[[], float], per_minute: int) -> None:
        self.records, self.clock, self.per_minute = records, clock, per_minute
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def allow(self, endpoint: str) -> None:
        """Counts a call; a fixed number per endpoint in any 60 seconds."""
        calls, now = self._calls[endpoint], time.monotonic()
        while calls and calls[0] <= now - 60:
            calls.popleft()
        # Only companies with far more history than one minute's worth negotiate more than 30.
        pages = len(getattr(self.records, endpoint)) // PAGE
        if len(calls) >= max(self.per_minute, 4 * pages):
            wait = str(int(60 - (now - calls[0])) + 1)
            words = "Number of allowed incremental ticket export API requests per minute exceeded"
            body = {"error": "APIRateLimitExceeded", "description": words}
            raise Refusal(429, body, {"Retry-After": wait})
        calls.append(now)

    def _ready(self, listed: list[Row], when: Callable[[Row], int]) -> list[Row]:
        limit = self.clock() - RECENT
        return [row for row in listed if when(row) <= limit]

    def by_cursor(
        self, endpoint: str, base: str, start_time: int | None, cursor: str | None, size: int
    ) -> Row:
        """Rows after a cursor, or from a start time on. A cursor is given even on the last page."""

        def position(row: Row) -> tuple[int, int]:
            return _seconds(row), row["id"]

        listed = self._ready(getattr(self.records, endpoint), _seconds)
        if cursor is not None:
            seconds, _, last = _open_cursor(cursor).partition("||")
            start = (int(float(seconds)), int(last) + 1)
        elif start_time is not None:
            self._check_start(start_time)
            start = (start_time, 0)
        else:
            words = {"error": "MissingParameter", "description": "start_time or cursor required"}
            raise Refusal(400, words)
        first = bisect_left(listed, start, key=position)
        page = listed[first : first + size]
        ends = position(page[-1]) if page else (start[0], start[1] - 1)
        after = b64encode(f"{ends[0]}.0||{ends[1]}".encode()).decode()
        return {
            endpoint: page,
            "after_cursor": after,
            "after_url": f"{base}api/v2/incremental/{endpoint}/cursor.json?cursor={after}",
            "before_cursor": None,
            "before_url": None,
            "end_of_stream": first + size >= len(listed),
        }

    def by_time(self, endpoint: str, base: str, start_time: int, extra: str, size: int) -> Row:
        """Rows at or after a time: the first of the next page repeat the last second of this."""
        self._check_start(start_time)
        listed = self._ready(getattr(self.records, endpoint), _seconds)
        first = bisect_left(listed, start_time, key=_seconds)
        page = listed[first : first + size]
        end = _seconds(page[-1]) if page else start_time
        return {
            endpoint: page,
            "count": len(page),
            "end_time": end,
            "end_of_stream": first + size >= len(listed),
            "next_page": f"{base}api/v2/incremental/{endpoint}.json?{extra}start_time={end}",
        }

    def _check_start(self, start_time: int) -> None:
        if start_time > self.clock() - RECENT:
            words = "Too recent start_time. Use a start_time older than 1 minute"
            raise Refusal(422, {"error": "InvalidValue", "description": words})


def _seconds(row: Row) -> int:
    if "generated_timestamp" in row:
        return int(row["generated_timestamp"])
    if "timestamp" in row:
        return int(row["timestamp"])
    return _instant(row["updated_at"])


@cache
def _instant(text: str) -> int:
    return timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def _page(key: str, listed: list[Row], size: int, after: str | None) -> Response:
    """A page of a plain list, at most 100 rows, by Zendesk's cursor pagination."""
    first = int(_open_cursor(after)) if after else 0
    page = listed[first : first + min(size, 100)]
    more = first + len(page) < len(listed)
    onwards = b64encode(str(first + len(page)).encode()).decode() if page else None
    return _json({key: page, "meta": {"has_more": more, "after_cursor": onwards}})


def _open_cursor(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        raise Refusal(400, {"error": "InvalidValue", "description": "Invalid cursor"}) from None


def app(
    world: Path, *, clock: Callable[[], float] = time.time, exports_per_minute: int = 30
) -> FastAPI:
    """The server of one world.

    Args:
        clock: the vendor's own "now", in seconds since 1970.
        exports_per_minute: calls per incremental export (High Volume add-on: 30).
    """
    server = FastAPI(openapi_url=None)
    records = server.state.records = Records(world)
    exports = Exports(records, clock, exports_per_minute)

    @server.exception_handler(Refusal)
    async def refuse(_: Request, refusal: Refusal) -> Response:
        return _json(refusal.body, refusal.status, refusal.headers)

    zendesk_writes.guard(server)
    zendesk_writes.add(server)
    zendesk_products.add(server, _page, _json)
    zendesk_chat.add(server, clock, _json)

    @server.get("/api/v2/incremental/{endpoint}/cursor")
    @server.get("/api/v2/incremental/{endpoint}/cursor.json")
    async def cursor_export(
        request: Request,
        endpoint: str,
        start_time: int | None = None,
        cursor: str | None = None,
        per_page: int = PAGE,
    ) -> Response:
        if endpoint not in {"tickets", "users"}:
            raise Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})
        exports.allow(endpoint)
        size = min(per_page, PAGE)
        base = str(request.base_url)
        return _json(exports.by_cursor(endpoint, base, start_time, cursor, size))

    @server.get("/api/v2/incremental/{endpoint}.json")
    async def time_export(
        request: Request, endpoint: str, start_time: int, include: str = "", per_page: int = PAGE
    ) -> Response:
        if endpoint not in {"ticket_events", "organizations"}:
            raise Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})
        exports.allow(endpoint)
        extra = f"include={include}&" if include else ""
        answer = exports.by_time(
            endpoint, str(request.base_url), start_time, extra, min(per_page, PAGE)
        )
        if endpoint == "ticket_events" and "comment_events" not in include:
            answer["ticket_events"] = [_without_words(e) for e in answer["ticket_events"]]
        return _json(answer)

    @server.get("/api/v2/{endpoint}.json")
    async def listing(
        endpoint: str,
        size: Size = 100,
        after: After = None,
        start_time: int = 0,
        end_time: int = 1 << 40,
    ) -> Response:
        if endpoint not in {"groups", "brands", "organizations", "satisfaction_ratings"}:
            raise Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})
        held = getattr(records, endpoint)
        listed = [r for r in held if start_time <= _seconds(r) <= end_time]
        return _page(endpoint, listed, size, after)

    @server.get("/api/v2/search/count.json")
    async def search_count(query: str) -> Response:
        kind, *bounds = query.split()
        if kind != "type:ticket" or not all(b.startswith("created") for b in bounds):
            raise Refusal(422, {"error": "invalid", "description": "query is not understood"})
        return _json({"count": sum(_is_within(t, bounds) for t in _alive(records, "tickets"))})

    @server.get("/api/v2/{endpoint}/count.json")
    async def count(endpoint: str) -> Response:
        if endpoint not in {"tickets", "users", "organizations", "groups"}:
            raise Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})
        found = len(_alive(records, endpoint))
        return _json({"count": {"value": found, "refreshed_at": None}})

    return server


def _alive(records: Records, endpoint: str) -> list[Row]:
    """What lists and counts know: exports alone tell of deleted records."""
    listed: list[Row] = getattr(records, endpoint)
    return [r for r in listed if r.get("status") != "deleted" and r.get("active") is not False]


def _is_within(row: Row, bounds: list[str]) -> bool:
    """Whether a record was created within `created>=…` and `created<…`."""
    for bound in bounds:
        sign, text = (">=", bound[9:]) if bound.startswith("created>=") else ("<", bound[8:])
        if (_instant(row["created_at"]) >= _instant(text)) != (sign == ">="):
            return False
    return True


def _without_words(event: Row) -> Row:
    """An event as told without `include=comment_events`: that something was said, not what."""
    told = [
        {"id": c["id"], "comment_present": True, "comment_public": c["public"]}
        if c.get("type") == "Comment"
        else c
        for c in event["child_events"]
    ]
    return event | {"child_events": told}
