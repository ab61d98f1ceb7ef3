"""Zendesk Chat: its incremental export, its agents, and search for the count.

A small store that tests fill. The sample company chats elsewhere, so its numbers stay as they are.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.world import Row
from sample.servers.zendesk_records import ADDRESS

PLACE = "/api/v2/chat"
TOKEN = "zc-sample-1b7e90d4f2"
PAGE = 1000
HELD_BACK = 300  # seconds: no export may begin later than so long ago


@dataclass
class Chats:
    """The store, as `app.state.chat`.

    Attributes:
        chats: in any order; one that changes is replaced, with a later `update_timestamp`.
        agents: by rising id.
    """

    chats: list[Row] = field(default_factory=list)
    agents: list[Row] = field(default_factory=list)


def guarded(request: Request) -> bool | None:
    """Whether a request for Chat is signed in with its own token; None: it is not for Chat."""
    if not request.url.path.startswith(PLACE):
        return None
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {TOKEN}".encode())


def add(server: FastAPI, clock: Callable[[], float], answer: Callable[..., Response]) -> None:
    """The endpoints; `answer` gives a body and a status as the server does."""
    store = server.state.chat = Chats()

    @server.get(f"{PLACE}/incremental/chats")
    async def export(
        start_time: int, start_id: str = "", limit: int = PAGE, fields: str = ""
    ) -> Response:
        """Rows after a time and id; a next page is always named."""
        if start_time > clock() - HELD_BACK:
            words = "start_time must be more than 5 minutes in the past"
            return answer({"error": "InvalidStartTime", "message": words}, 400)
        listed = sorted(store.chats, key=_position)
        page = [row for row in listed if _position(row) > (start_time, start_id)][
            : min(limit, PAGE)
        ]
        ends = _position(page[-1]) if page else (start_time, start_id)
        told: list[Row] = page if fields == "chats(*)" else [{"id": row["id"]} for row in page]
        onwards = f"{ADDRESS}{PLACE}/incremental/chats?start_time={ends[0]}&start_id={ends[1]}"
        body: dict[str, Any] = {"chats": told, "count": len(page), "next_page": onwards}
        return answer({**body, "end_time": ends[0], "end_id": ends[1]})

    @server.get(f"{PLACE}/agents")
    async def agents(limit: int = 100, since_id: int = 0) -> Response:
        return answer([row for row in store.agents if row["id"] > since_id][:limit])

    @server.get(f"{PLACE}/chats/search")
    async def search(q: str) -> Response:
        since, _, until = q.removeprefix("timestamp:[").removesuffix("]").partition(" TO ")
        found = [
            {"id": row["id"], "timestamp": row["timestamp"], "type": row["type"]}
            for row in store.chats
            if not row["deleted"]
            and _instant(since) <= _instant(row["timestamp"]) <= _instant(until)
        ]
        body = {"results": found[:40], "count": len(found), "next_url": None, "prev_url": None}
        return answer(body)


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _position(row: Row) -> tuple[int, str]:
    return int(_instant(row["update_timestamp"])), row["id"]
