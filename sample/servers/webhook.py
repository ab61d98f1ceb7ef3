"""Anybody's receiver of webhooks: keeps what comes, once per `webhook-id`."""

from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.faults import Faults

PATH = "/hooks/at-risk"


def app(*, tells_repeats: bool = False) -> FastAPI:
    """The server. `app.state.received`: every request (headers, body); `app.state.events`: by id.

    Args:
        tells_repeats: answer 409 to an id that is there already, instead of another 204.
    """
    api = FastAPI(openapi_url=None)
    received: list[tuple[dict[str, str], bytes]] = []
    events: dict[str, bytes] = {}
    api.state.received, api.state.events, api.state.faults = received, events, Faults()

    @api.post(PATH)
    async def take_in(request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)

        def take() -> Response:
            received.append((headers, body))
            is_known = headers["webhook-id"] in events
            events.setdefault(headers["webhook-id"], body)
            return Response(status_code=409 if is_known and tells_repeats else 204)

        answer: Any = await api.state.faults.answer(take)
        return answer  # type: ignore[no-any-return]

    return api
