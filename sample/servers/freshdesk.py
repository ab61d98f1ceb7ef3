"""Freshdesk's REST API v2 on loopback, over a small store that its user fills.

Counted pages with a `Link` header, the 300-page end of ticket lists, the 30 days that a ticket list
without `updated_since` is cut to, tickets in the trash or marked as spam in lists of their own, and
what `include` adds. Not one of the sample company's vendors: `Desk` starts empty.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from warehouse.clock import iso, parse_as_of, wall_now

Row = dict[str, Any]
ROOT = "/api/v2"
INCLUDES = {"description": ("description", "description_text"), "stats": ("stats",)}
WHOLE = ("companies", "agents", "ticket_fields", "surveys")


class Refusal(Exception):
    """An answer other than 200, as Freshdesk words it."""

    def __init__(self, status: int, body: Row | None, headers: dict[str, str] | None = None):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class Desk:
    """The account: records by kind and id, and what agents do to tickets.

    Attributes:
        key: the API key that is let in.
        last_page: of a ticket list; more is refused.
        refused: so many of the next requests are answered with 429.
        now: the vendor's clock.
        calls: path and query of every request answered.
    """

    def __init__(self, key: str, last_page: int = 300) -> None:
        self.key, self.last_page, self.refused = key, last_page, 0
        self.now: Callable[[], datetime] = wall_now
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.records: dict[str, dict[int, Row]] = {}

    def of(self, kind: str) -> dict[int, Row]:
        return self.records.setdefault(kind, {})

    def put(self, kind: str, row: Row) -> Row:
        """Add a record, or replace the one of its id."""
        self.of(kind)[row["id"]] = row
        return row

    def drop(self, kind: str, id_: int) -> None:
        """A record that is gone for good."""
        del self.of(kind)[id_]

    def say(self, ticket: int, row: Row) -> None:
        """A reply or note; the ticket changes with it."""
        self.put("conversations", {"ticket_id": ticket, "updated_at": row["created_at"], **row})
        self.of("tickets")[ticket]["updated_at"] = row["created_at"]

    def merge(self, into: int, ticket: int, at: str, note: int) -> None:
        """Close a ticket in favour of another: what was said moves, two notes say so."""
        for row in self.of("conversations").values():
            if row["ticket_id"] == ticket:
                row["ticket_id"] = into
        agents = {"incoming": False, "private": True, "source": 2, "created_at": at, "user_id": 7}
        there = f"This ticket is closed and merged into ticket {into}"
        self.say(ticket, {"id": note, "body_text": there, "body": f"<div>{there}</div>", **agents})
        here = f"Merged from ticket {ticket}"
        self.say(into, {"id": note + 1, "body_text": here, "body": f"<div>{here}</div>", **agents})
        closed = self.of("tickets")[ticket]
        closed |= {"status": 5, "stats": {**(closed.get("stats") or {}), "closed_at": at}}

    def tickets(self, query: dict[str, str]) -> list[Row]:
        """The list that a query asks for, in its order."""
        which, since = query.get("filter"), query.get("updated_since")
        rows = self.of("tickets").values()
        if which in ("deleted", "spam"):
            found = [row for row in rows if row.get(which)]
        else:
            found = [row for row in rows if not row.get("deleted") and not row.get("spam")]
        if since:
            found = [row for row in found if row["updated_at"] >= iso(parse_as_of(since))]
        else:
            oldest = iso(self.now() - timedelta(days=30))
            found = [row for row in found if row["created_at"] >= oldest]
        order = query.get("order_by", "created_at")
        backwards = query.get("order_type", "desc") == "desc"
        found.sort(key=lambda row: (row[order], row["id"]), reverse=backwards)
        return found

    def shown(self, ticket: Row, include: str) -> Row:
        """A ticket with only what was asked for."""
        asked = include.split(",")
        hidden = {c for name, cs in INCLUDES.items() if name not in asked for c in cs}
        row = {k: v for k, v in ticket.items() if k not in hidden}
        if "requester" in asked:
            known = self.of("contacts").get(ticket["requester_id"], {"id": ticket["requester_id"]})
            row["requester"] = {k: known.get(k) for k in ("id", "name", "email", "mobile", "phone")}
        return row

    def contacts(self, query: dict[str, str]) -> list[Row]:
        state, since = query.get("state"), query.get("_updated_since", "")
        return [
            {k: v for k, v in row.items() if k != "blocked"}
            for row in self.of("contacts").values()
            if bool(row.get("deleted")) == (state == "deleted")
            and bool(row.get("blocked")) == (state == "blocked")
            and row["updated_at"] >= since
        ]

    def within(self, kind: str, parent: str, id_: int) -> list[Row]:
        return [row for row in self.of(kind).values() if row.get(parent) == id_]


def app(desk: Desk) -> FastAPI:
    """The server of one account."""
    api = FastAPI(openapi_url=None)
    expected = f"Basic {b64encode(f'{desk.key}:X'.encode()).decode()}"

    @api.exception_handler(Refusal)
    async def refuse(_: Request, refusal: Refusal) -> Response:
        if refusal.body is None:
            return Response(status_code=refusal.status, headers=refusal.headers)
        return JSONResponse(refusal.body, refusal.status, refusal.headers)

    @api.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.headers.get("authorization") != expected:
            body = {"code": "invalid_credentials", "message": "You have to be logged in"}
            return JSONResponse(body, 401)
        desk.calls.append((request.url.path, dict(request.query_params)))
        if desk.refused > 0:
            desk.refused -= 1
            limited = {"message": "You have exceeded the limit of requests per minute"}
            return JSONResponse(limited, 429, {"Retry-After": "7"})
        return await answer(request)

    def page(request: Request, rows: list[Row], last_page: int | None = None) -> Response:
        query = dict(request.query_params)
        number, size = int(query.get("page", 1)), min(int(query.get("per_page", 30)), 100)
        if last_page and number > last_page:
            words = f"You cannot access tickets beyond the {last_page}th page."
            problem = {"field": "page", "message": words, "code": "invalid_value"}
            raise Refusal(400, {"description": "Validation failed", "errors": [problem]})
        headers = {}
        if number * size < len(rows):
            onward = urlencode({**query, "page": number + 1})
            headers["Link"] = f'<{request.url.replace(query=onward)}>; rel="next"'
        return JSONResponse(rows[(number - 1) * size : number * size], 200, headers)

    def known(kind: str, id_: int) -> Row:
        if id_ not in desk.of(kind):
            raise Refusal(404, None)
        return desk.of(kind)[id_]

    @api.get(ROOT + "/tickets")
    def tickets(request: Request, include: str = "") -> Response:
        rows = desk.tickets(dict(request.query_params))
        return page(request, [desk.shown(row, include) for row in rows], desk.last_page)

    @api.get(ROOT + "/tickets/{id_}")
    def ticket(id_: int, include: str = "") -> Response:
        return JSONResponse(desk.shown(known("tickets", id_), f"description,{include}"))

    @api.get(ROOT + "/tickets/{id_}/conversations")
    def conversations(request: Request, id_: int) -> Response:
        known("tickets", id_)
        return page(request, desk.within("conversations", "ticket_id", id_))

    @api.get(ROOT + "/contacts")
    def contacts(request: Request) -> Response:
        return page(request, desk.contacts(dict(request.query_params)))

    @api.get(ROOT + "/groups")
    def groups(request: Request) -> Response:
        rows = desk.of("groups").values()
        return page(request, [{k: v for k, v in r.items() if k != "agent_ids"} for r in rows])

    @api.get(ROOT + "/groups/{id_}")
    def group(id_: int) -> Response:
        return JSONResponse(known("groups", id_))

    @api.get(ROOT + "/surveys/satisfaction_ratings")
    def ratings(request: Request, created_since: str) -> Response:
        rows = desk.of("satisfaction_ratings").values()
        return page(request, [row for row in rows if row["created_at"] >= created_since])

    @api.get(ROOT + "/search/companies")
    def search(query: str) -> Response:
        if not query.startswith('"'):
            raise Refusal(400, {"description": "Validation failed", "errors": []})
        rows = list(desk.of("companies").values())
        return JSONResponse({"total": len(rows), "results": rows[:30]})

    @api.get(ROOT + "/solutions/categories")
    def categories(request: Request) -> Response:
        return page(request, list(desk.of("categories").values()))

    @api.get(ROOT + "/solutions/categories/{id_}/folders")
    def folders(request: Request, id_: int) -> Response:
        return page(request, desk.within("folders", "category_id", id_))

    @api.get(ROOT + "/solutions/folders/{id_}/subfolders")
    def subfolders(request: Request, id_: int) -> Response:
        return page(request, desk.within("folders", "parent_folder_id", id_))

    @api.get(ROOT + "/solutions/folders/{id_}/articles")
    def articles(request: Request, id_: int) -> Response:
        return page(request, desk.within("articles", "folder_id", id_))

    @api.get(ROOT + "/{kind}")
    def listing(request: Request, kind: str) -> Response:
        if kind not in WHOLE:
            raise Refusal(404, None)
        return page(request, list(desk.of(kind).values()))

    return api
