"""Zendesk Support through its incremental exports: only what changed since the last run.

Tickets and users go by cursor (exact, kept between runs), ticket events and organizations by time
(the last second comes again, repeats are dropped), satisfaction ratings by time with a lookback,
groups and brands whole. A cursor that Zendesk no longer takes falls back to the time it stood at.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.http import Http, Refused
from connectors.zendesk import chat, guide, talk
from connectors.zendesk.exports import Row, by_cursor, by_time, ratings, whole
from connectors.zendesk.surveys import survey_rows
from warehouse.clock import iso, parse_as_of, wall_now

NAME = "zendesk"
PRODUCTS = ("guide", "talk", "chat")
DAY = 86_400
_INDEXED = 10  # minutes after which search surely knows a ticket
_COUNTED_AT_ONCE = 100_000


def count_tickets(http: Http, state: Row, start: int) -> None:
    """Keep how many living tickets Zendesk finds; search learns of new ones with minutes' delay."""
    since = iso(datetime.fromtimestamp(start, UTC))
    until = iso(wall_now() - timedelta(minutes=_INDEXED))
    query = f"type:ticket created>={since} created<{until}"
    if (found := _counted(http, "search/count.json", query=query)) is not None:
        state["vendor_count"] = vendor_count(found, since=since, until=until)


def count_users(http: Http, state: Row) -> None:
    """Keep how many users there are; Zendesk counts more than 100,000 only once a day."""
    if (found := _counted(http, "users/count.json")) is not None:
        state["vendor_count"] = vendor_count(found, exact=found <= _COUNTED_AT_ONCE)


def _counted(http: Http, path: str, **params: str) -> int | None:
    """A count; None where the login may read, but not count."""
    try:
        answer = http.get(f"api/v2/{path}", params=params)
    except Refused as refusal:
        if refusal.status != 403:
            raise
        return None
    number = answer.get("count") if isinstance(answer, dict) else None
    number = number.get("value") if isinstance(number, dict) else number
    if not isinstance(number, int):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError(NAME, f"/api/v2/{path}", "answer is no count", remedy)
    return number


def signed_in(credentials: Credentials) -> Http:
    """The account's API."""
    auth = HttpBasicAuth(credentials.login, credentials.password)
    return Http(NAME, credentials.base_url, auth=auth)


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    page_size: int = 1000,
    rating_lookback_days: int = 30,
    survey_locale: str | None = None,
    products: Sequence[str] = (),
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://<subdomain>.zendesk.com, login `<e-mail>/token`, password
            an API token; `extra["chat_token"]` an OAuth token of Chat, where that is pulled.
        start_at: oldest change to fetch on the first run.
        page_size: rows per export page, at most 1,000.
        rating_lookback_days: how long after it was offered a rating may still be given.
        survey_locale: language (`en-us`) in which to ask for responses to the newer surveys; None:
            the account has the older ratings only.
        products: what the account has beside Support and is to be pulled: `guide`,
            `talk`, `chat`.

    Raises:
        SourceError: an unknown product, or no token for it.
    """
    http = signed_in(credentials)
    start = int(parse_as_of(start_at).timestamp())
    lookback = rating_lookback_days * DAY
    for product in products:
        if product not in PRODUCTS:
            remedy = f"write some of {', '.join(PRODUCTS)} in connectors/channels.yml"
            raise SourceError(NAME, "settings", f"no product {product!r}", remedy)
    of_chat = chat.signed_in(NAME, credentials) if "chat" in products else http
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(**hints["tickets"])
    def tickets() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        yield from by_cursor(http, "tickets", state, start, page_size)
        count_tickets(http, state, start)

    @dlt.resource(**hints["users"])
    def users() -> Iterator[list[Row]]:
        # People and teams from before the first day are still the ones spoken to after it.
        state = dlt.current.resource_state()
        yield from by_cursor(http, "users", state, 0, page_size)
        count_users(http, state)

    @dlt.resource(**hints["organizations"])
    def organizations() -> Iterator[list[Row]]:
        yield from by_time(http, "organizations", dlt.current.resource_state(), 0)

    @dlt.resource(**hints["groups"])
    def groups() -> Iterator[list[Row]]:
        yield from whole(http, "groups", dlt.current.resource_state())

    @dlt.resource(**hints["brands"])
    def brands() -> Iterator[list[Row]]:
        yield from whole(http, "brands", dlt.current.resource_state())

    @dlt.resource(**hints["ticket_events"])
    def ticket_events() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        yield from by_time(http, "ticket_events", state, start, include="comment_events")

    @dlt.resource(**hints["satisfaction_ratings"])
    def satisfaction_ratings() -> Iterator[list[Row]]:
        yield from ratings(http, dlt.current.resource_state(), start, lookback)

    @dlt.resource(**hints["survey_responses"])
    def survey_responses() -> Iterator[Callable[[], list[Row]]]:
        state = dlt.current.resource_state()
        yield from survey_rows(http, state, start, page_size, str(survey_locale))

    @dlt.resource(**hints["articles"])
    def articles() -> Iterator[list[Row]]:
        yield from guide.articles(http, dlt.current.resource_state())

    @dlt.resource(**hints["article_votes"])
    def article_votes() -> Iterator[list[Row]]:
        yield from guide.article_votes(http, dlt.current.resource_state())

    @dlt.resource(**hints["calls"])
    def calls() -> Iterator[list[Row]]:
        yield from talk.calls(http, dlt.current.resource_state(), start)

    @dlt.resource(**hints["call_legs"])
    def call_legs() -> Iterator[list[Row]]:
        yield from talk.call_legs(http, dlt.current.resource_state(), start)

    @dlt.resource(**hints["chats"])
    def chats() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        yield from chat.chats(of_chat, state, start, page_size)
        chat.count_chats(of_chat, state, start)

    @dlt.resource(**hints["chat_agents"])
    def chat_agents() -> Iterator[list[Row]]:
        yield from chat.agents(of_chat, dlt.current.resource_state())

    @dlt.source(name=NAME, max_table_nesting=0)
    def zendesk() -> Any:
        always = (tickets, users, organizations, groups, brands, ticket_events)
        surveys = (survey_responses,) if survey_locale else ()
        of_product = {
            "guide": (articles, article_votes),
            "talk": (calls, call_legs),
            "chat": (chats, chat_agents),
        }
        more = [resource for product in products for resource in of_product[product]]
        return (*always, satisfaction_ratings, *surveys, *more)

    return zendesk()
