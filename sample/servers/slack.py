"""Slack on loopback: an incoming webhook, chat.postMessage, and the channel's history."""

import json
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.faults import Faults
from sample.servers.logins import RECEIVERS

HOOK = "/services/T0000000/B0000000/sampleXXXXsample"
CHANNEL = "C0123456789"
PAGE = 2


def app() -> FastAPI:
    """The server; `app.state.messages` is the channel, oldest first."""
    api = FastAPI(openapi_url=None)
    messages: list[dict[str, Any]] = []
    api.state.messages, api.state.faults = messages, Faults()

    def post(message: dict[str, Any]) -> dict[str, Any]:
        ts = f"{1782777600 + len(messages)}.000100"
        messages.append({"type": "message", "ts": ts, **message})
        return messages[-1]

    @api.post(HOOK)
    async def hook(request: Request) -> Response:
        said = json.loads(await request.body())

        def take() -> Response:
            post({"text": said["text"]})
            return Response("ok", media_type="text/html")

        return await api.state.faults.answer(take)  # type: ignore[no-any-return]

    def wrong(request: Request, channel: str | None) -> dict[str, Any] | None:
        if request.headers.get("Authorization") != f"Bearer {RECEIVERS['slack'].secret}":
            return {"ok": False, "error": "invalid_auth"}
        return None if channel == CHANNEL else {"ok": False, "error": "channel_not_found"}

    @api.post("/api/chat.postMessage")
    async def post_message(request: Request) -> Response:
        said = json.loads(await request.body())

        def take() -> Response:
            if refused := wrong(request, said.get("channel")):
                return _json(refused)
            made = post({"text": said["text"], "metadata": said.get("metadata")})
            return _json({"ok": True, "channel": CHANNEL, "ts": made["ts"], "message": made})

        return await api.state.faults.answer(take)  # type: ignore[no-any-return]

    @api.get("/api/conversations.history")
    def history(
        request: Request, channel: str, cursor: str = "0", include_all_metadata: bool = False
    ) -> Response:
        if refused := wrong(request, channel):
            return _json(refused)
        newest, first = messages[::-1], int(cursor)
        kept = [dict(message) for message in newest[first : first + PAGE]]
        for message in kept if not include_all_metadata else ():
            message.pop("metadata", None)
        more = first + PAGE < len(newest)
        body: dict[str, Any] = {"ok": True, "messages": kept, "has_more": more}
        if more:
            body["response_metadata"] = {"next_cursor": str(first + PAGE)}
        return _json(body)

    return api


def _json(body: Any) -> Response:
    return Response(json.dumps(body), media_type="application/json; charset=utf-8")
