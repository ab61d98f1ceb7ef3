"""Companies, by the only way to read all of them: a scroll, of which a workspace has one at a time.

Lists end at their 10,000th company, and nothing lists those that changed. So all are read each
time, and what has not changed does not land again. A scroll cannot be taken up where it broke off:
one that Intercom has forgotten (after a minute) is begun anew.
"""

from collections.abc import Iterator
from typing import Any

from connectors import http_session
from connectors.contract import SourceError
from connectors.http import Http, Policy, Refused
from connectors.intercom.whole import Row, counted, end_of_list
from connectors.seen import Seen

NAME = "intercom"
PATH = "companies/scroll"
UNUSED = 65.0  # seconds after which Intercom has surely forgotten a scroll
BEGINNINGS = 3
_NOT_OPEN = {400, 404}  # forgotten scrolls, and a second one, are refused as one or the other


def companies(http: Http, state: Row) -> Iterator[list[Row]]:
    """Companies that are new or changed, and those that are listed no more, marked `is_gone`.

    Raises:
        SourceError: somebody else's scroll stays open, or ours is forgotten again and again.
    """
    seen, listed = Seen(state), set[str]()
    for beginning in range(1, BEGINNINGS + 1):
        listed.clear()
        try:
            for rows in _scrolled(http):
                listed |= {str(row["id"]) for row in rows}
                if fresh := seen.fresh(({**row, "_at": 0} for row in rows), "id", "_at"):
                    yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]
            break
        except Refused as refusal:
            if refusal.status not in _NOT_OPEN or beginning == BEGINNINGS:
                raise
    answer = http.get("companies/list", method="POST", params={"per_page": 1})
    if gone := end_of_list(state, seen, listed, counted(answer, "companies/list")):
        yield gone


def _scrolled(http: Http) -> Iterator[list[Row]]:
    answer = _opened(http)
    while rows := _rows(answer):
        yield rows
        place = answer.get("scroll_param")
        if not place:
            raise _unusable("page says nothing usable about the next one")
        answer = http.get(PATH, params={"scroll_param": place})


def _opened(http: Http) -> Any:
    """The first page. An open scroll, perhaps of a run that was killed, is waited for once."""
    try:
        return http.get(PATH)
    except Refused as refusal:
        if refusal.status != 400:
            raise
    http_session.in_force(Policy()).sleep(UNUSED)
    try:
        return http.get(PATH)
    except Refused as refusal:
        if refusal.status != 400:
            raise
    problem = "another scroll over companies is open, and a workspace has one at a time"
    remedy = "see what else reads companies by scroll; the next run tries again"
    raise SourceError(NAME, f"/{PATH}", problem, remedy)


def _rows(answer: Any) -> list[Row]:
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise _unusable("answer has no list 'data'")
    return rows


def _unusable(problem: str) -> SourceError:
    return SourceError(NAME, f"/{PATH}", problem, "nothing was kept; the next run asks again")
