"""What Zendesk has beside tickets: newer surveys, a help centre, calls.

A small store that tests fill. The sample company has none of it, so its numbers stay as they are.
"""

import time
from calendar import timegm
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Query, Response

from sample.servers.world import Row
from sample.servers.zendesk_records import ADDRESS

Size = Annotated[int, Query(alias="page[size]")]
After = Annotated[str | None, Query(alias="page[after]")]


@dataclass
class Products:
    """The store, as `app.state.products`.

    Attributes:
        audits: by ticket id, oldest first.
        survey_responses: by id.
        articles: in any order; `votes` on them by `item_id`.
        calls: in any order; `legs` of them by `call_id`.
    """

    audits: dict[int, list[Row]] = field(default_factory=dict)
    survey_responses: dict[str, Row] = field(default_factory=dict)
    articles: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    legs: list[Row] = field(default_factory=list)
    rows_per_export: int = 1000


def add(
    server: FastAPI,
    page: Callable[[str, list[Row], int, str | None], Response],
    answer: Callable[..., Response],
) -> None:
    """The endpoints; `page` gives a page of a list, `answer` anything else, as the server does."""
    products = server.state.products = Products()

    @server.get("/api/v2/tickets/{ticket}/audits.json")
    async def audits(ticket: int, size: Size = 100, after: After = None) -> Response:
        return page("audits", products.audits.get(ticket, []), size, after)

    def export(key: str, place: str, rows: list[Row], start_time: int) -> Response:
        """Rows at or after a time. There is always a next page, and its first rows are the last
        of this one."""
        later = sorted((r for r in rows if _changed(r) >= start_time), key=_changed)
        some = later[: products.rows_per_export]
        end = _changed(some[-1]) if some else None
        onwards = f"{ADDRESS}/api/v2/{place}?start_time={end or start_time}"
        return answer({key: some, "count": len(some), "end_time": end, "next_page": onwards})

    @server.get("/api/v2/help_center/incremental/articles")
    async def changed_articles(start_time: int) -> Response:
        place = "help_center/incremental/articles"
        return export("articles", place, products.articles, start_time)

    @server.get("/api/v2/channels/voice/stats/incremental/calls")
    async def calls(start_time: int) -> Response:
        place = "channels/voice/stats/incremental/calls"
        return export("calls", place, products.calls, start_time)

    @server.get("/api/v2/channels/voice/stats/incremental/legs")
    async def legs(start_time: int) -> Response:
        place = "channels/voice/stats/incremental/legs"
        return export("legs", place, products.legs, start_time)

    @server.get("/api/v2/help_center/articles.json")
    async def articles(size: Size = 100, after: After = None) -> Response:
        counted = []
        for article in products.articles:
            values = [v["value"] for v in products.votes if v["item_id"] == article["id"]]
            counted.append(article | {"vote_count": len(values), "vote_sum": sum(values)})
        return page("articles", counted, size, after)

    @server.get("/api/v2/help_center/articles/{article}/votes.json")
    async def votes(article: int, size: Size = 100, after: After = None) -> Response:
        about = [v for v in products.votes if v["item_id"] == article]
        return page("votes", about, size, after)

    @server.get("/api/v2/guide/{locale}/survey_responses/{id_}")
    async def survey_response(locale: str, id_: str) -> Response:
        found = products.survey_responses.get(id_)
        if found is None:
            return answer({"errors": [{"code": "NotFound", "title": "Not found"}]}, 404)
        return answer({"survey_response": found})


def _changed(row: Row) -> int:
    return timegm(time.strptime(row["updated_at"], "%Y-%m-%dT%H:%M:%SZ"))
