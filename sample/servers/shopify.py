"""A Shopify shop's REST Admin API on loopback, as far as Heedline asks it.

Not fed from the sample company: tests fill a `Shop` (`put`, `delete_order`) and serve `app(shop)`.
Lists go by descending id and by `page_info`, which stands for the whole question and takes no
filter beside it; `status` is `open` unless asked; orders older than 60 days need a scope; a leaky
bucket refuses with 429; a version of the API that is gone is answered by the oldest one left.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

Row = dict[str, Any]
TOKEN = "shpat_sample_71d0c4e9"
CLIENT = ("5f0c_sample_client", "shpss_sample_b2e87a10")
VERSIONS = ("2026-04", "2026-07", "2026-10")
FILTERS = {
    "customers": {"updated_at_min", "updated_at_max", "limit", "page_info", "fields"},
    "orders": {"updated_at_min", "updated_at_max", "status", "fields", "limit", "page_info"},
    "events": {"created_at_min", "created_at_max", "filter", "verb", "limit", "page_info"},
}


@dataclass
class Shop:
    """What the shop holds, and how it answers.

    Attributes:
        now: the shop's present: 60 days before it the readable orders begin.
        bucket: requests taken at once; `leak` makes room.
        deprecated: sent as the reason why what is asked is deprecated.
    """

    now: datetime = datetime(2026, 6, 30, tzinfo=UTC)
    scopes: tuple[str, ...] = ("read_customers", "read_orders", "read_all_orders")
    bucket: float = 1000
    deprecated: str = ""
    level: float = 0
    rows: dict[str, dict[int, Row]] = field(
        default_factory=lambda: {"customers": {}, "orders": {}, "events": {}}
    )

    def put(self, kind: str, row: Row) -> None:
        """Add a row, or put it in the place of the one with its id."""
        self.rows[kind][row["id"]] = row

    def delete_order(self, key: int, at: str) -> None:
        """The order is gone; an event tells of it."""
        del self.rows["orders"][key]
        told = {"subject_id": key, "subject_type": "Order", "verb": "destroy", "created_at": at}
        number = 9000 + len(self.rows["events"])
        self.put("events", {"id": number, **told, "message": f"Order #{key} was deleted."})

    def leak(self, seconds: float) -> None:
        """Time goes by: two requests leave the bucket each second."""
        self.level = max(0.0, self.level - 2 * seconds)

    def matching(self, kind: str, asked: Row) -> list[Row]:
        """The rows of a question, newest id first."""
        found = sorted(self.rows[kind].values(), key=lambda row: -row["id"])
        for time in ("updated_at", "created_at"):
            if text := asked.get(f"{time}_min"):
                found = [row for row in found if _at(row[time]) >= _at(text)]
            if text := asked.get(f"{time}_max"):
                found = [row for row in found if _at(row[time]) <= _at(text)]
        if kind == "orders":
            if asked.get("status", "open") == "open":
                found = [r for r in found if not r.get("closed_at") and not r.get("cancelled_at")]
            if "read_all_orders" not in self.scopes:
                oldest = self.now - timedelta(days=60)
                found = [row for row in found if _at(row["created_at"]) >= oldest]
        for name, key in (("filter", "subject_type"), ("verb", "verb")):
            if kind == "events" and asked.get(name):
                found = [row for row in found if row[key] == asked[name]]
        return found


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def app(shop: Shop) -> FastAPI:
    """The shop's API; `X-Shopify-Access-Token` must be TOKEN, or one handed out for CLIENT."""
    api = FastAPI(openapi_url=None)
    api.state.asked = []

    @api.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        api.state.asked.append((request.url.path, dict(request.query_params)))
        if request.url.path == "/admin/oauth/access_token":
            return await answer(request)
        if request.headers.get("X-Shopify-Access-Token") not in (TOKEN, TOKEN + "_day"):
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": text}, status_code=401)
        if shop.level + 1 > shop.bucket:
            text = "Exceeded 2 calls per second for api client. Reduce request rates to resume."
            headers = {"Retry-After": "2.0"}
            return JSONResponse({"errors": text}, status_code=429, headers=headers)
        shop.level += 1
        return await answer(request)

    @api.post("/admin/oauth/access_token")
    async def sign_in(request: Request) -> Response:
        asked = {key: value[0] for key, value in parse_qs((await request.body()).decode()).items()}
        pair = (asked.get("client_id"), asked.get("client_secret"))
        if asked.get("grant_type") != "client_credentials" or pair != CLIENT:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        scope = ",".join(shop.scopes)
        return JSONResponse({"access_token": TOKEN + "_day", "scope": scope, "expires_in": 86399})

    @api.get("/admin/oauth/access_scopes.json")
    def scopes() -> Response:
        return JSONResponse({"access_scopes": [{"handle": scope} for scope in shop.scopes]})

    @api.get("/admin/api/{version}/{kind}/count.json")
    def count(version: str, kind: str, request: Request) -> Response:
        found = shop.matching(kind, dict(request.query_params))
        return _answer(shop, version, {"count": len(found)})

    @api.get("/admin/api/{version}/{kind}.json")
    def page(version: str, kind: str, request: Request) -> Response:
        if kind not in shop.rows or f"read_{kind}" not in (*shop.scopes, "read_events"):
            return JSONResponse({"errors": "[API] This action requires a scope."}, status_code=403)
        return _page(shop, version, kind, request)

    return api


def _answer(shop: Shop, version: str, body: Row, links: str = "") -> JSONResponse:
    headers = {"X-Shopify-API-Version": version if version in VERSIONS else VERSIONS[0]}
    if shop.deprecated:
        headers["X-Shopify-API-Deprecated-Reason"] = shop.deprecated
    if links:
        headers["Link"] = links
    return JSONResponse(body, headers=headers)


def _page(shop: Shop, version: str, kind: str, request: Request) -> JSONResponse:
    query = dict(request.query_params)
    limit = int(query.get("limit", 50))
    if unknown := query.keys() - FILTERS[kind]:
        raise ValueError(f"a question this server does not understand: {unknown}")
    if not 1 <= limit <= 250:
        return _refused("limit", "must be between 1 and 250")
    asked: Row = {key: value for key, value in query.items() if key != "limit"}
    before = None
    if token := asked.pop("page_info", None):
        if asked:
            return _refused("page_info", "Invalid value.")
        try:
            asked, before = json.loads(urlsafe_b64decode(token))
        except ValueError:
            return _refused("page_info", "Invalid value.")
    found = shop.matching(kind, asked)
    found = [row for row in found if before is None or row["id"] < before]
    links = []
    if before is not None:
        links.append(_link(request, limit, [asked, None], "previous"))
    if len(found) > limit:
        links.append(_link(request, limit, [asked, found[limit - 1]["id"]], "next"))
    shown = found[:limit]
    if names := asked.get("fields", "").split(",") if asked.get("fields") else None:
        shown = [{name: row[name] for name in names} for row in shown]
    return _answer(shop, version, {kind: shown}, ", ".join(links))


def _refused(field_name: str, text: str) -> JSONResponse:
    return JSONResponse({"errors": {field_name: text}}, status_code=400)


def _link(request: Request, limit: int, place: list[Any], rel: str) -> str:
    token = urlsafe_b64encode(json.dumps(place).encode()).decode()
    here = str(request.url).partition("?")[0]
    return f'<{here}?limit={limit}&page_info={token}>; rel="{rel}"'
