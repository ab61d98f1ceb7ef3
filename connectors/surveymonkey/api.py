"""SurveyMonkey's lists: what changed since a moment, walked so that no row is passed over.

Pages are numbered, and the list is sorted by `date_modified`: a response that somebody goes on
with while we read moves to the end, and every row behind it one place forward, past our page. So
the walk does not count pages; each request starts a second before the last row it has seen.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from connectors.contract import SourceError
from connectors.http import Http
from connectors.pace import Pace
from warehouse.clock import BadTimestamp, parse_as_of
from warehouse.retry_after import until_reset

NAME = "surveymonkey"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]


def own_wait(headers: Mapping[str, str]) -> float | None:
    """Of the limits by day and by minute: seconds until the spent one ends."""
    for window in ("Day", "Minute"):
        limit = f"X-Ratelimit-App-Global-{window}"
        if headers.get(f"{limit}-Remaining", "").strip() == "0":
            return until_reset(headers.get(f"{limit}-Reset", ""))
    return None


class Api:
    """The surveys of one account."""

    def __init__(self, http: Http, pace: Pace, page_size: int) -> None:
        self._http, self._pace, self._page_size = http, pace, page_size
        self._details: dict[str, Row] = {}

    def _get(self, path: str, params: Row | None = None) -> Row:
        self._pace.wait()
        answer = self._http.get(path, params=params)
        if not isinstance(answer, dict):
            raise SourceError(NAME, path, "answer is no object", NEXT_RUN)
        return answer

    def details(self, survey_id: str) -> Row:
        """A survey with its pages and questions; asked for once a run."""
        if survey_id not in self._details:
            path = f"/v3/surveys/{survey_id}/details"
            answer = self._get(path)
            if not answer.get("id") or not isinstance(answer.get("pages"), list):
                raise SourceError(NAME, path, "answer has no id or no pages", NEXT_RUN)
            self._details[survey_id] = answer
        return self._details[survey_id]

    def count(self, survey_id: str, since: str) -> int:
        """How many responses the vendor has that changed from `since` on, of every status."""
        path = f"/v3/surveys/{survey_id}/responses"
        total = self._get(path, {"per_page": 1, "start_modified_at": since}).get("total")
        if not isinstance(total, int):
            raise SourceError(NAME, path, "answer has no total", NEXT_RUN)
        return total

    def _page(self, path: str, params: Row) -> tuple[list[Row], int, bool]:
        """Rows, how many the vendor counts for the question, and whether more follow."""
        answer = self._get(path, params)
        rows, total = answer.get("data"), answer.get("total")
        if not isinstance(rows, list) or not isinstance(total, int):
            raise SourceError(NAME, path, "answer has no data or no total", NEXT_RUN)
        for row in rows:
            if not isinstance(row, dict) or not row.get("id"):
                raise SourceError(NAME, path, "a response without an id", NEXT_RUN)
            second(row.get("date_modified"))  # what is no instant must not become the cursor
        return rows, total, bool((answer.get("links") or {}).get("next"))

    def changed(self, survey_id: str, since: str) -> Iterator[Row]:
        """Responses changed from `since` on, oldest change first, each once.

        Raises:
            SourceError: fewer came than the vendor counted at the start.
        """
        path = f"/v3/surveys/{survey_id}/responses/bulk"
        asked = {"per_page": self._page_size, "sort_by": "date_modified", "sort_order": "ASC"}
        seen, counted, page = set[str](), None, 1
        while True:
            params = {**asked, "start_modified_at": since, "page": page}
            rows, total, more = self._page(path, params)
            counted = total if counted is None else counted
            new = [row for row in rows if row["id"] not in seen]
            yield from new
            seen.update(row["id"] for row in new)
            if not more:
                break
            # Whether the start is inclusive is not documented; the second before it is safe.
            onward = second(rows[-1]["date_modified"], timedelta(seconds=1)) if rows else since
            # More rows in a second than fit a page: only the page's number gets past them.
            since, page = (onward, 1) if onward > since else (since, page + 1)
        if len(seen) < counted:
            problem = f"{len(seen)} responses came where the vendor counts {counted}"
            raise SourceError(NAME, path, problem, NEXT_RUN)


def second(moment: Any, earlier: timedelta = timedelta(0)) -> str:
    """An instant as the vendor takes it: UTC to the second, without an offset.

    Raises:
        SourceError: the text is not an instant.
    """
    try:
        parsed = parse_as_of(str(moment))
    except BadTimestamp:
        problem = f"{moment!r} is not an instant"
        raise SourceError(
            NAME, "responses", problem, "see connectors/surveymonkey/README.md"
        ) from None
    return (parsed.replace(tzinfo=None) - earlier).isoformat(timespec="seconds")
