"""Fernhill's payments: Stripe's list, object and event endpoints over the world's payers.

Lists come newest first, at most 100 a page, and go on after an id; a wrong key, an unknown id and
too many requests are answered with Stripe's own error bodies.
"""

import json
import operator
import time
from base64 import b64decode
from binascii import Error as NotBase64
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.logins import LOGINS
from sample.servers.stripe_objects import Objects, events, objects
from sample.servers.world import Row

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "created[gte]": operator.ge,
    "created[gt]": operator.gt,
    "created[lte]": operator.le,
    "created[lt]": operator.lt,
}


def answer(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status_code=status, media_type="application/json")


def refused(
    status: int, message: str, code: str | None = None, param: str | None = None
) -> Response:
    error = {"code": code, "message": message, "param": param, "type": "invalid_request_error"}
    return answer(status, {"error": {key: value for key, value in error.items() if value}})


def _key(request: Request) -> str:
    """The secret key a request signs in with: Basic user name, or Bearer."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return given
    try:
        return b64decode(given).decode().partition(":")[0]
    except (NotBase64, UnicodeDecodeError):
        return ""


def _unauthorised(request: Request) -> Response | None:
    key = _key(request)
    if key == LOGINS["stripe"].secret:
        return None
    if not key:
        return refused(401, "You did not provide an API key.")
    return refused(401, f"Invalid API Key provided: {'*' * (len(key) - 4)}{key[-4:]}")


def _matching(found: list[Row], request: Request) -> list[Row]:
    query = request.query_params
    for name, fits in COMPARE.items():
        if name in query:
            limit = int(query[name])
            found = [row for row in found if fits(row["created"], limit)]
    if types := set(query.getlist("types[]")):
        found = [row for row in found if row["type"] in types]
    return found


def _page(name: str, held: Objects, request: Request) -> Response:
    query = request.query_params
    limit = int(query.get("limit", 10))
    if not 1 <= limit <= 100:
        return refused(400, "Invalid integer: limit must be 1 to 100", param="limit")
    after = query.get("starting_after")
    if after and after not in held:
        text = f"No such {name.rstrip('s')}: '{after}'"
        return refused(400, text, "resource_missing", "starting_after")
    found = list(held.values())
    if after:
        found = found[list(held).index(after) + 1 :]
    found = [row for row in found if not row.get("deleted")]
    if name == "subscriptions" and query.get("status") != "all":
        found = [row for row in found if row["status"] != "canceled"]
    found = _matching(found, request)
    body = {
        "object": "list",
        "url": f"/v1/{name}",
        "has_more": len(found) > limit,
        "data": found[:limit],
    }
    return answer(200, body)


def app(world: Path, per_second: int = 100) -> FastAPI:
    """The server.

    Args:
        per_second: requests allowed in any second (Stripe's live limit), then 429.
    """
    held = objects(world)
    held["events"] = events(world, held)
    api = FastAPI(openapi_url=None)
    lately: deque[float] = deque(maxlen=per_second)

    def refusal(name: str, request: Request) -> Response | None:
        if unauthorised := _unauthorised(request):
            return unauthorised
        now = time.monotonic()
        if len(lately) == per_second and now - lately[0] < 1:
            return refused(429, "Request rate limit exceeded.", "rate_limit")
        lately.append(now)
        if name not in held:
            return refused(404, f"Unrecognized request URL (GET: /v1/{name}).")
        return None

    @api.get("/v1/{name}")
    def page(name: str, request: Request) -> Response:
        return refusal(name, request) or _page(name, held[name], request)

    @api.get("/v1/{name}/{key}")
    def one(name: str, key: str, request: Request) -> Response:
        if found := refusal(name, request):
            return found
        if key not in held[name]:
            text = f"No such {name.rstrip('s')}: '{key}'"
            return refused(404, text, "resource_missing", "id")
        return answer(200, held[name][key])

    return api
