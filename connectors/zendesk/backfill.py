"""A window of Zendesk's history: exports begin where one says, and are left where the window ends.

Exports know a start and no end. They come in the order of change, so reading stops with the first
page that lies wholly behind the window.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.windows import WHOLE, Window
from connectors.zendesk import chat, guide, talk
from connectors.zendesk.exports import Row, by_cursor, by_time, changed_at, listed
from connectors.zendesk.source import NAME, signed_in
from connectors.zendesk.surveys import responses_of

LEFT_OUT = {
    "groups": WHOLE,
    "brands": WHOLE,
    "chat_agents": WHOLE,
    "article_votes": "they come with their article, whenever its sum moved",
}
Read = Callable[[], Iterator[Any]]


def source(
    credentials: Credentials,
    window: Window,
    *,
    page_size: int = 1000,
    survey_locale: str | None = None,
    products: Sequence[str] = (),
    **_: Any,
) -> DltSource:
    """What changed within the window (nothing is requested yet); settings as of the pull."""
    http, (begin, end) = signed_in(credentials), window.seconds

    def within(
        pages: Iterator[list[Row]], moved: Callable[[Row], int] = changed_at
    ) -> Iterator[list[Row]]:
        for rows in pages:
            yield [row for row in rows if moved(row) < end]
            if all(moved(row) >= end for row in rows):
                return

    def chats() -> Iterator[list[Row]]:
        of_chat = chat.signed_in(NAME, credentials)
        yield from within(chat.chats(of_chat, {}, begin, page_size), chat.changed_at)

    def tickets(form: str = "cursor.json") -> Iterator[list[Row]]:
        yield from within(by_cursor(http, "tickets", {}, begin, page_size, form=form))

    def ratings() -> Iterator[list[Row]]:
        # They have both ends; by which of its times Zendesk filters is not documented.
        yield from listed(http, "satisfaction_ratings", start_time=begin, end_time=end)

    def responses() -> Iterator[Any]:
        yield from responses_of(http, tickets("cursor"), str(survey_locale))

    events = {"include": "comment_events"}
    reads: dict[str, Read] = {
        "tickets": tickets,
        "users": lambda: within(by_cursor(http, "users", {}, begin, page_size)),
        "organizations": lambda: within(by_time(http, "organizations", {}, begin)),
        "ticket_events": lambda: within(by_time(http, "ticket_events", {}, begin, **events)),
        "satisfaction_ratings": ratings,
    }
    if survey_locale:
        reads["survey_responses"] = responses
    if "guide" in products:
        reads["articles"] = lambda: within(guide.articles(http, {}, begin))
    if "talk" in products:
        reads["calls"] = lambda: within(talk.calls(http, {}, begin))
        reads["call_legs"] = lambda: within(talk.call_legs(http, {}, begin))
    if "chat" in products:
        reads["chats"] = chats

    @dlt.source(name=NAME, max_table_nesting=0)
    def zendesk() -> Any:
        declared = resources(NAME)
        return [
            dlt.resource(read, name=name, **declared[name].dlt_hints())
            for name, read in reads.items()
        ]

    return zendesk()
