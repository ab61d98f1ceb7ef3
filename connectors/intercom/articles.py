"""Help-centre articles. No list tells those that changed: all are read, changed ones land."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from connectors.http import Http
from connectors.intercom.whole import Row, counted, end_of_list
from connectors.seen import Seen

PAGE = 100


class NextPage(BasePaginator):
    """Goes on by `pages.next`: a cursor, as the reference has it, or an address with a number."""

    def __init__(self) -> None:
        super().__init__()
        self._next: Row = {}

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        told = response.json()["pages"].get("next")
        after: Row = {}
        if isinstance(told, dict):
            after = {"starting_after": told["starting_after"]}
        elif told:
            after = {"page": parse_qs(urlsplit(told).query)["page"][0]}
        if after and after == self._next:
            raise ValueError("the same next page twice")
        self._next, self._has_next_page = after, bool(after)

    def update_request(self, request: Request) -> None:
        params: Any = request.params
        params.update(self._next)


def articles(http: Http, state: Row) -> Iterator[list[Row]]:
    """Articles that are new or changed, and those that are listed no more, marked `is_gone`."""
    seen, listed, count = Seen(state), set[str](), 0
    asked = {"per_page": PAGE}
    for rows, answer in http.pages("articles", "data", params=asked, paginator=NextPage()):
        listed |= {str(row["id"]) for row in rows}
        count = counted(answer, "articles")
        if fresh := seen.fresh(({**row, "_at": 0} for row in rows), "id", "_at"):
            yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]
    if gone := end_of_list(state, seen, listed, count):
        yield gone
