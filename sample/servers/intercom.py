"""Intercom on loopback: conversation and contact search, conversations with parts, admins, teams.

Cursor pages of at most 150, Bearer token, epoch times, rate limit headers (10,000 calls a minute,
dealt out in ten-second windows) as the vendor has them; contact search knows dates only by the
whole day, as the vendor documents. `app.state.records` may be changed between runs.
"""

import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from fastapi import FastAPI, Request, Response

from sample.servers import intercom_products
from sample.servers.intercom_records import Records
from sample.servers.logins import LOGINS
from sample.servers.world import Row

WINDOW, DAY = 10, 86_400
MOST_PER_PAGE = 150


class Refusal(Exception):
    """An answer other than 200, as Intercom words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Budget:
    """Counts calls in fixed windows of ten seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self.limit, self._clock = max(1, per_minute * WINDOW // 60), clock
        self._window, self._used = 0, 0

    def take(self) -> dict[str, str]:
        """The rate limit headers after one more call; remaining -1 means refused."""
        window = int(self._clock()) // WINDOW
        if window != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - self._used),
            "X-RateLimit-Reset": str((window + 1) * WINDOW),
        }


def matches(query: Row, row: Row, *, whole_days: bool) -> bool:
    """Whether a record meets a search query (one filter, or AND/OR of filters)."""
    relation, value = query.get("operator"), query.get("value")
    if relation in {"AND", "OR"} and isinstance(value, list):
        found = (matches(part, row, whole_days=whole_days) for part in value)
        return all(found) if relation == "AND" else any(found)
    field = query.get("field")
    if not isinstance(field, str) or field not in row:
        raise Refusal(400, "invalid_field", f"{field} is not a valid search field")
    if relation == "=":
        return str(row[field]) == str(value)
    if relation not in {">", "<"} or not str(value).isdigit():
        raise Refusal(400, "invalid_operator", f"{relation} is not valid for {field}")
    bound, held = int(str(value)), int(row[field] or 0)
    if whole_days:
        day = bound // DAY * DAY
        return held >= day + DAY if relation == ">" else held < day
    return held >= bound if relation == ">" else held <= bound


def search(listed: list[Row], key: str, body: Row, *, whole_days: bool) -> Row:
    """One page of a search, with the cursor to the next."""
    query, paging = body.get("query"), body.get("pagination") or {}
    if not isinstance(query, dict):
        raise Refusal(400, "parameter_invalid", "query is missing")
    found = [row for row in listed if matches(query, row, whole_days=whole_days)]
    size = min(max(int(paging.get("per_page") or 20), 1), MOST_PER_PAGE)
    first = 0
    if cursor := paging.get("starting_after"):
        try:
            last = b64decode(cursor, validate=True).decode()
            first = 1 + next(i for i, row in enumerate(found) if row["id"] == last)
        except (ValueError, StopIteration):
            raise Refusal(400, "parameter_invalid", "starting_after is invalid") from None
    page = found[first : first + size]
    pages: Row = {
        "type": "pages",
        "page": first // size + 1,
        "per_page": size,
        "total_pages": -(-len(found) // size),
    }
    if first + size < len(found):
        after = b64encode(str(page[-1]["id"]).encode()).decode()
        pages["next"] = {"per_page": size, "starting_after": after}
    kind = "conversation.list" if key == "conversations" else "list"
    return {"type": kind, key: page, "total_count": len(found), "pages": pages}


def app(
    world: Path, *, clock: Callable[[], float] = time.time, calls_per_minute: int = 10_000
) -> FastAPI:
    """The server of one world.

    Args:
        clock: the vendor's own "now", in seconds since 1970.
        calls_per_minute: the app's rate limit.
    """
    server = FastAPI(openapi_url=None)
    records = server.state.records = Records(world)
    budget = Budget(calls_per_minute, clock)
    expected = f"Bearer {LOGINS['intercom'].secret}".encode()

    def answer(request: Request, make: Callable[[], Row]) -> Response:
        headers = budget.take()
        try:
            given = request.headers.get("authorization", "").encode()
            if not secrets.compare_digest(given, expected):
                raise Refusal(401, "unauthorized", "Access Token Invalid")
            if int(headers["X-RateLimit-Remaining"]) < 0:
                headers["X-RateLimit-Remaining"] = "0"
                raise Refusal(429, "rate_limit_exceeded", "Exceeded rate limit for app")
            status, body = 200, make()
        except Refusal as refusal:
            error = {"code": refusal.code, "message": refusal.message}
            body = {"type": "error.list", "request_id": str(uuid4()), "errors": [error]}
            status = refusal.status
        return Response(orjson.dumps(body), status, headers, media_type="application/json")

    async def body_of(request: Request) -> Any:
        try:
            found = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    @server.post("/conversations/search")
    async def conversations(request: Request) -> Response:
        body = await body_of(request)

        def make() -> Row:
            listed = list(records.conversations.values())
            return search(listed, "conversations", body, whole_days=False)

        return answer(request, make)

    @server.post("/contacts/search")
    async def contacts(request: Request) -> Response:
        body = await body_of(request)
        return answer(request, lambda: search(records.contacts, "data", body, whole_days=True))

    @server.get("/conversations/{id_}")
    async def conversation(request: Request, id_: str, display_as: str = "html") -> Response:
        def make() -> Row:
            found = records.detail(id_, plaintext=display_as == "plaintext")
            if found is None:
                raise Refusal(404, "not_found", "Resource Not Found")
            return found

        return answer(request, make)

    intercom_products.add(server, answer, Refusal, clock)

    @server.get("/admins")
    async def admins(request: Request) -> Response:
        return answer(request, lambda: {"type": "admin.list", "admins": records.admins})

    @server.get("/teams")
    async def teams(request: Request) -> Response:
        return answer(request, lambda: {"type": "team.list", "teams": records.teams})

    return server
