"""What Zendesk takes: tickets (with an external id and an idempotency key) and fields of users."""

import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers import zendesk_chat
from sample.servers.faults import Faults
from sample.servers.logins import LOGINS

MANY = 100  # tickets of one request


def app() -> FastAPI:
    """A Zendesk that only takes; `app.state.made` holds its tickets, `user_fields` by user."""
    server = FastAPI(openapi_url=None)
    guard(server)
    add(server)
    return server


def guard(server: FastAPI) -> None:
    """Basic auth with `email/token:token`, as every request needs it; Chat's own token for Chat."""
    login = LOGINS["zendesk"]
    expected = b"Basic " + b64encode(f"{login.user}:{login.secret}".encode())

    @server.middleware("http")
    async def sign_in(request: Request, call_next: Callable[[Request], Any]) -> Response:
        given = request.headers.get("authorization", "").encode()
        of_chat = zendesk_chat.guarded(request)
        if not (secrets.compare_digest(given, expected) if of_chat is None else of_chat):
            return _json({"error": "Couldn't authenticate you"}, 401)
        answer: Response = await call_next(request)
        return answer


def add(server: FastAPI) -> None:
    """The writing endpoints. Keys are remembered for good; Zendesk forgets them after two hours."""
    made: list[dict[str, Any]] = []
    by_key: dict[str, tuple[bytes, Response]] = {}
    server.state.made, server.state.user_fields, server.state.faults = made, {}, Faults()
    server.state.moods = Faults()

    @server.get("/api/v2/tickets.json")
    def by_external_id(external_id: str) -> Response:
        found = [ticket for ticket in made if ticket["external_id"] == external_id]
        return _json({"tickets": found, "next_page": None, "count": len(found)})

    @server.get("/api/v2/tickets/show_many.json")
    async def show_many(ids: str) -> Response:
        wanted = ids.split(",")
        if len(wanted) > MANY:
            words = f"ids: at most {MANY} of them"
            return _json({"error": "TooManyIds", "description": words}, 400)
        usual = {"status": "open", "updated_at": "2026-06-30T00:00:00Z"}
        found = [{**usual, **ticket} for ticket in made if str(ticket["id"]) in wanted]
        body = {"tickets": found, "next_page": None, "previous_page": None, "count": len(found)}
        return await server.state.moods.answer(lambda: _json(body))  # type: ignore[no-any-return]

    @server.post("/api/v2/tickets.json")
    async def create(request: Request) -> Response:
        key, body = request.headers.get("Idempotency-Key", ""), await request.body()

        def take() -> Response:
            if key in by_key:
                before, answer = by_key[key]
                if before == body:
                    return answer
                words = "The original request parameters differ"
                return _json({"error": "IdempotentRequestError", "description": words}, 400)
            ticket = json.loads(body)["ticket"]
            if not ticket.get("comment", {}).get("body"):
                details = {"base": [{"description": "Description: cannot be blank"}]}
                words = "Record validation errors"
                invalid = {"error": "RecordInvalid", "description": words, "details": details}
                return _json(invalid, 422)
            made.append({**ticket, "id": 35436 + len(made)})
            by_key[key] = (body, _json({"ticket": made[-1]}, 201))
            return by_key[key][1]

        return await server.state.faults.answer(take)  # type: ignore[no-any-return]

    @server.put("/api/v2/users/{user}.json")
    async def update(user: str, request: Request) -> Response:
        given = json.loads(await request.body())["user"]["user_fields"]

        def take() -> Response:
            server.state.user_fields.setdefault(user, {}).update(given)
            return _json({"user": {"id": int(user), "user_fields": given}})

        return await server.state.faults.answer(take)  # type: ignore[no-any-return]


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, media_type="application/json; charset=utf-8")
