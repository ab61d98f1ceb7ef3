"""Responses of declared forms: completed by `submitted_at`, unfinished ones read anew each run.

Completed responses walk forward in time (`since` + `sort`), the only documented walk that may be
combined with a start time: `before`/`after` exclude `sort`. Unfinished responses have no
`submitted_at` and no cursor at all, so they are walked whole by `before`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http
from connectors.pace import Pace
from connectors.survey.forms import Form, Row
from connectors.survey_scales import read_scales
from warehouse.clock import BadTimestamp, parse_as_of

NAME = "survey"
NEXT_RUN = "nothing was kept; the next run asks again"


class Responses:
    """The responses endpoint of one account."""

    def __init__(self, http: Http, pace: Pace, page_size: int) -> None:
        self._http, self._pace, self._page_size = http, pace, page_size

    def _page(self, form_id: str, params: Row) -> tuple[list[Row], int]:
        """One page, and how many responses the vendor counts for the question."""
        self._pace.wait()
        path = f"/forms/{form_id}/responses"
        answer = self._http.get(path, params={"page_size": self._page_size, **params})
        rows = answer.get("items") if isinstance(answer, dict) else None
        total = answer.get("total_items") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or not isinstance(total, int):
            raise SourceError(NAME, path, "answer has no items or no total_items", NEXT_RUN)
        if any(not isinstance(row, dict) or not row.get("token") for row in rows):
            raise SourceError(NAME, path, "a response without a token", NEXT_RUN)
        return rows, total

    def _walk(self, form_id: str, params: Row, following: Callable[[Row], Row]) -> Iterator[Row]:
        """Page after page until a short one, each response once.

        Args:
            following: from the last row of a full page, the parameters that ask for the next.

        Raises:
            SourceError: fewer responses than the vendor counted at the start, or no progress.
        """
        path, seen, counted = f"/forms/{form_id}/responses", set[str](), None
        while True:
            rows, total = self._page(form_id, params)
            # Only the first count is about the whole walk; later ones may mean the rest of it.
            counted = total if counted is None else counted
            new = [row for row in rows if row["token"] not in seen]
            yield from new
            seen.update(row["token"] for row in new)
            if len(rows) < self._page_size:
                break
            if not new:
                problem = f"a page of {self._page_size} brought nothing new (same second?)"
                raise SourceError(NAME, path, problem, "raise page_size in channels.yml (max 1000)")
            params = {**params, **following(rows[-1])}
        if len(seen) < counted:
            problem = f"{len(seen)} responses came where the vendor counts {counted}"
            raise SourceError(NAME, path, problem, NEXT_RUN)

    def completed(self, form_id: str, since: str, until: str | None = None) -> Iterator[Row]:
        """Completed responses from `since` to `until` (both inclusive, to the second), oldest
        first."""
        params = {"response_type": "completed", "sort": "submitted_at,asc", "since": since}
        params |= {"until": until} if until else {}
        return self._walk(form_id, params, lambda last: {"since": second(last.get("submitted_at"))})

    def unfinished(self, form_id: str) -> Iterator[Row]:
        """Every started or partial response, newest first, by the token chain."""
        params = {"response_type": "started,partial"}
        return self._walk(form_id, params, lambda last: {"before": last["token"]})


def meaning(declared: dict[str, Form], row: Row) -> Row:
    """The response with what its form asks."""
    return declared[row["form_id"]].declare(row, row["form_id"])


def second(moment: Any, earlier: timedelta = timedelta(0)) -> str:
    """An instant as the vendor wants it: UTC to the second, without an offset.

    Raises:
        SourceError: the text is not an instant.
    """
    try:
        parsed = parse_as_of(str(moment))
    except BadTimestamp:
        raise SourceError(
            NAME, "responses", f"{moment!r} is not an instant", "see connectors/survey/README.md"
        ) from None
    return (parsed.replace(tzinfo=None) - earlier).isoformat(timespec="seconds")


def signed_in(credentials: Credentials, requests_per_second: float, page_size: int) -> Responses:
    """The account's responses."""
    http = Http(NAME, credentials.base_url, auth=BearerTokenAuth(credentials.password))
    return Responses(http, Pace(requests_per_second), page_size)


def source(
    credentials: Credentials,
    *,
    forms: dict[str, Any] | None = None,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: float = 60,
    unfinished: bool = True,
    requests_per_second: float = 2,
    page_size: int = 1000,
) -> DltSource:
    """Responses of the declared forms (nothing is requested yet).

    Args:
        forms: form id → its declaration (`connectors/survey/forms.py`).
        start_at: completed responses before this are never asked for.
        lookback_minutes: re-read before the newest response seen; the vendor may list a response
            up to half an hour late.
        unfinished: also read started and partial responses, whole, on every run.
    """
    declared = read_scales(NAME, "forms", Form, forms)
    api = signed_in(credentials, requests_per_second, page_size)
    lookback = timedelta(minutes=lookback_minutes)

    def read(form_id: str, newest: dict[str, str]) -> Iterator[Row]:
        if unfinished:
            yield from api.unfinished(form_id)
        reached = newest.get(form_id)
        since = max(second(reached, lookback), second(start_at)) if reached else second(start_at)
        for row in api.completed(form_id, since):
            second(row.get("submitted_at"))  # what is no instant must not become the cursor
            newest[form_id] = max(newest.get(form_id, ""), row["submitted_at"])
            yield row

    @dlt.resource(name="responses", **resources(NAME)["responses"].dlt_hints())
    def responses() -> Iterator[Row]:
        newest: dict[str, str] = dlt.current.resource_state().setdefault("newest", {})
        for form_id in declared:
            for row in read(form_id, newest):
                yield {**row, "form_id": form_id}

    @dlt.source(name=NAME, max_table_nesting=0)
    def survey() -> Any:
        return responses.add_map(partial(meaning, declared))

    return survey()
