"""Helpjuice's lists: pages by number, with the number of pages and of records in `meta`."""

from collections.abc import Iterator
from typing import Any

from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from connectors.contract import SourceError
from connectors.http import Http

NAME = "helpjuice"
API = "/api/v3"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]


class Walk:
    """One walk through a list: every record once, held against the vendor's count.

    A record that is made or deleted meanwhile moves the others to another page: repeats are
    dropped, and too few end the run.

    Attributes:
        total: records that the list has; the lowest count that a page told.
        seen: the ids read.
    """

    def __init__(self, http: Http, path: str, key: str, page_size: int, **params: str) -> None:
        self._http, self._path, self._key = http, f"{API}/{path}", key
        self._params = {**params, "limit": page_size}
        self.total = 0
        self.seen: set[int] = set()

    def __iter__(self) -> Iterator[list[Row]]:
        pages = PageNumberPaginator(base_page=1, page_param="page", total_path="meta.total_pages")
        totals = []
        for rows, answer in self._http.pages(
            self._path, self._key, paginator=pages, params=self._params
        ):
            totals.append(self._counted(answer))
            new = [row for row in rows if self._id(row) not in self.seen]
            self.seen.update(row["id"] for row in new)
            yield new
        self.total = min(totals)
        if len(self.seen) < self.total:
            problem = f"{len(self.seen)} records came where the vendor counts {self.total}"
            raise SourceError(NAME, self._path, problem, NEXT_RUN)

    def _counted(self, answer: Row) -> int:
        meta = answer.get("meta")
        total = meta.get("total_count") if isinstance(meta, dict) else None
        if not isinstance(total, int):
            raise SourceError(NAME, self._path, "answer has no meta.total_count", NEXT_RUN)
        return total

    def _id(self, row: Any) -> int:
        if not isinstance(row, dict) or not isinstance(row.get("id"), int):
            raise SourceError(NAME, self._path, "a record without a whole number as id", NEXT_RUN)
        return int(row["id"])
