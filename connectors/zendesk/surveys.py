"""What customers answered to the newer satisfaction surveys, with more than good and bad.

No export tells of them. A ticket that was rated says so, its audits name the survey responses, and
each of these is fetched by itself: the way that Zendesk documents.
"""

from collections.abc import Callable, Iterator
from itertools import islice

import dlt

from connectors.contract import SourceError
from connectors.http import Http, Refused
from connectors.zendesk.exports import Row, by_cursor, listed

AT_ONCE = 20  # tickets that one worker asks about in a row
_RATED = ("good", "bad")


def survey_rows(
    http: Http, state: Row, start: int, page_size: int, locale: str
) -> Iterator[Callable[[], list[Row]]]:
    """Survey responses of every ticket that changed and is rated, to be fetched in parallel.

    The tickets are read once more than for themselves, by a cursor of their own: switched on
    later, this begins with the oldest ticket all the same.
    """
    # In the other form of its address, so that a failure says which of the two readings it was.
    tickets = by_cursor(http, "tickets", state, start, page_size, form="cursor")
    yield from responses_of(http, tickets, locale)


def responses_of(
    http: Http, pages: Iterator[list[Row]], locale: str
) -> Iterator[Callable[[], list[Row]]]:
    """Survey responses of the rated among pages of tickets, to be fetched in parallel."""

    @dlt.defer
    def fetch(tickets: list[int]) -> list[Row]:
        return [row for ticket in tickets for row in responses(http, ticket, locale)]

    for rows in pages:
        rated = (row["id"] for row in rows if _is_rated(row))
        while some := list(islice(rated, AT_ONCE)):
            yield fetch(some)


def _is_rated(ticket: Row) -> bool:
    """Zendesk says the newer ratings as good or bad too, on the ticket."""
    rating = ticket.get("satisfaction_rating")
    score = rating.get("score") if isinstance(rating, dict) else None
    return ticket.get("status") != "deleted" and str(score).startswith(_RATED)


def responses(http: Http, ticket: int, locale: str) -> Iterator[Row]:
    """The survey responses that a ticket's audits name, each with its ticket; none when either
    was deleted meanwhile."""
    named: dict[str, Row] = {}
    try:
        for audits in listed(http, f"tickets/{ticket}/audits", key="audits"):
            for audit in audits:
                for event in audit.get("events") or ():
                    if id_ := event.get("survey_response_id"):
                        # Offered first, submitted later, and perhaps submitted once more.
                        named.setdefault(str(id_), audit)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return
    for id_, audit in named.items():
        if (found := _response(http, id_, locale)) is not None:
            yield {**found, "ticket_id": ticket, "first_told_at": audit["created_at"]}


def _response(http: Http, id_: str, locale: str) -> Row | None:
    path = f"api/v2/guide/{locale}/survey_responses/{id_}"
    try:
        answer = http.get(path)
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    found = answer.get("survey_response") if isinstance(answer, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("answers"), list):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError("zendesk", f"/{path}", "answer is no survey response", remedy)
    return found
