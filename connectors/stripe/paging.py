"""Stripe's page chain: the next page starts after the last object of this one."""

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response


class AfterLastId(BasePaginator):
    """`starting_after=<last id>` while the answer says `has_more`.

    Raises:
        ValueError: `has_more` without an object to go on from, or the same page twice; it would
            end the list too early, or never.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: str | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        if not response.json()["has_more"]:
            self._has_next_page = False
            return
        last = data[-1]["id"] if data else None
        if last is None or last == self._last:
            raise ValueError("has_more, but no further object")
        self._last, self._has_next_page = last, True

    def update_request(self, request: Request) -> None:
        asked: dict[str, Any] = dict(request.params or {})
        request.params = {**asked, "starting_after": self._last}
