"""Paginators that dlt has no right one for. The rest use dlt's own.

Each only decides whether and how to go on; `http.py` fetches, checks and reports.
"""

from collections.abc import Callable, Iterator
from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator, JSONResponseCursorPaginator
from requests import Request, Response


class EndOfStreamCursor(JSONResponseCursorPaginator):
    """A cursor that is given even on the last page; `end_of_stream: true` says that it is the last.

    Zendesk's cursor exports. dlt's `has_more_path` means the opposite, and going on until the
    cursor is missing would never end.
    """

    def __init__(self, cursor_path: str = "after_cursor", cursor_param: str = "cursor") -> None:
        super().__init__(cursor_path=cursor_path, cursor_param=cursor_param)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        answer = response.json()
        if not isinstance(answer.get("end_of_stream"), bool):
            raise ValueError("no end_of_stream")
        if not answer["end_of_stream"] and not self._has_next_page:
            raise ValueError("more pages, but no cursor to them")
        self._has_next_page = not answer["end_of_stream"]

    def update_request(self, request: Request) -> None:
        super().update_request(request)
        # The first page is asked for by time; together with a cursor that is an error.
        params: Any = request.params
        params.pop("start_time", None)


class CountedWindow(BasePaginator):
    """Pages by time that never say which is the last, and always name a next one.

    Zendesk's Talk and Guide exports. Only `count` tells whether there is more: none, or rows that
    stand at the very second that was asked for (they come again for ever), end it.
    """

    def __init__(self, full: int = 1000) -> None:
        """`full`: rows of a full page. So many of one second cannot be got past."""
        super().__init__()
        self._start, self._full = 0, full

    def init_request(self, request: Request) -> None:
        params: Any = request.params
        self._start = int(params["start_time"])

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        answer = response.json()
        count = int(answer["count"])
        end = int(answer["end_time"]) if count else self._start
        if end <= self._start and count >= self._full:
            raise ValueError("the export does not get past one second")
        self._has_next_page = end > self._start
        self._start = end

    def update_request(self, request: Request) -> None:
        params: Any = request.params
        params["start_time"] = self._start


class TimeWindow(BasePaginator):
    """Pages by time: the next one starts at the `end_time` of this, and repeats that second.

    Zendesk's time-based exports. Rows of the shared second come twice: callers drop repeats.
    """

    def __init__(self) -> None:
        super().__init__()
        self._start: int | None = None

    def init_request(self, request: Request) -> None:
        params: Any = request.params
        self._start = int(params["start_time"])

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        answer = response.json()
        ended = answer.get("end_of_stream")
        if not isinstance(ended, bool):
            raise ValueError("no end_of_stream")
        self._has_next_page = not ended
        if ended:
            return
        end = int(answer["end_time"])
        if self._start is not None and end <= self._start:
            # More rows in one second than fit a page: the same page would come for ever.
            raise ValueError("the export does not get past one second")
        self._start = end

    def update_request(self, request: Request) -> None:
        params: Any = request.params
        params["start_time"] = self._start


class TimeAndId(BasePaginator):
    """Pages that go on from the last row of the one before, by its time and id.

    Zendesk Chat's export. It always names a next page; fewer rows than were asked for end it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._position: tuple[int, str] = (0, "")
        self._limit = 0

    def init_request(self, request: Request) -> None:
        params: Any = request.params
        self._position, self._limit = (int(params["start_time"]), ""), int(params["limit"])

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        answer = response.json()
        self._has_next_page = int(answer["count"]) >= self._limit
        if not self._has_next_page:
            return
        position = (int(answer["end_time"]), str(answer["end_id"]))
        if position == self._position or position[0] < self._position[0]:
            raise ValueError("the export does not get on")
        self._position = position

    def update_request(self, request: Request) -> None:
        params: Any = request.params
        params["start_time"], params["start_id"] = self._position


def by_token(
    ask: Callable[[dict[str, Any]], Any],
    params: dict[str, Any],
    *,
    token_of: Callable[[dict[str, Any]], Any],
    token_param: str,
) -> Iterator[dict[str, Any]]:
    """Every answer of a list that goes on by a token and leaves an empty page's list out.

    X and Google Play do; `Http.pages` takes an answer without its list for an error.

    Args:
        ask: params → parsed JSON.
        token_of: answer → token of the next page, or nothing.

    Raises:
        ValueError: the answer is no object, or a token came twice: the pages would not end.
    """
    asked, known = dict(params), set()
    while True:
        answer = ask(asked)
        if not isinstance(answer, dict):
            raise ValueError("answer is no object")
        yield answer
        token = token_of(answer)
        if not token:
            return
        if token in known:
            raise ValueError("the same next page twice")
        known.add(token)
        asked = {**params, token_param: token}
