"""A Helpjuice account that starts empty: articles, categories and searches as its API tells them.

Fernhill does not use Helpjuice, so nothing starts this server but tests; they fill it. Pages go by
number, at most 1,000 records each; deleting a record moves the others up.
"""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response

Row = dict[str, Any]
API = "/api/v3"
LISTS = {"articles": "article", "categories": "category"}


def answer(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")


class Account:
    """What the account has.

    Attributes:
        records: articles and categories by id.
        searches: as the analytics have them, newest first.
        today: the day that `upto` stands at when it is not given.
        asked: path and query of every request.
    """

    def __init__(self, key: str, today: str = "2025-03-10") -> None:
        self.key, self.today = key, today
        self.records: dict[str, dict[int, Row]] = {name: {} for name in LISTS}
        self.searches: list[Row] = []
        self.asked: list[str] = []

    def put(self, name: str, record: Row) -> None:
        """Make or change an article or a category."""
        self.records[name][record["id"]] = record

    def searched(self, query: Any) -> list[Row]:
        """Searches from `since` on and before `upto`, by date."""
        since, upto = query.get("since", "2025-03-03"), query.get("upto", self.today)
        return [row for row in self.searches if since <= row["created_at"][:10] < upto]


def _page(request: Request, key: str, rows: list[Row]) -> Response:
    query = request.query_params
    page, limit = int(query.get("page", 1)), int(query.get("limit", 25))
    if page < 1 or not 1 <= limit <= 1000:
        return answer(422, {"error": "limit must be 1 to 1000"})
    meta = {
        "current": page,
        "limit": limit,
        "total_pages": -(-len(rows) // limit),
        "total_count": len(rows),
    }
    return answer(200, {"meta": meta, key: rows[(page - 1) * limit : page * limit]})


def app(account: Account) -> FastAPI:
    """The API over an account; anything but its key is refused."""
    api = FastAPI(openapi_url=None)

    def signed_in(request: Request, rest: Callable[[], Response]) -> Response:
        account.asked.append(str(request.url).partition(API)[2])
        if request.headers.get("Authorization") != account.key:
            return answer(401, {"error": "Invalid API key"})
        return rest()

    @api.get(f"{API}/analytics/searches")
    def searches(request: Request) -> Response:
        return signed_in(
            request,
            lambda: _page(request, "searches", account.searched(request.query_params)),
        )

    @api.get(API + "/{name}")
    def listed(name: str, request: Request) -> Response:
        def rest() -> Response:
            if name not in LISTS:
                return answer(404, {"error": "Not found"})
            return _page(request, name, list(account.records[name].values()))

        return signed_in(request, rest)

    @api.get(API + "/{name}/{number}")
    def one(name: str, number: int, request: Request) -> Response:
        def rest() -> Response:
            found = account.records.get(name, {}).get(number)
            return answer(200, {LISTS[name]: found}) if found else answer(404, {"error": "None"})

        return signed_in(request, rest)

    return api
