"""Freshdesk through its REST API v2: tickets with their conversations, people, ratings, articles.

Tickets are followed by their last change, oldest first; those in the trash or marked as spam are
in no ordinary list and are read apart. Ratings and contacts are read with a lookback, short lists
whole. `paging.py` reads a list, `following.py` says what of it is new.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.freshdesk import following
from connectors.freshdesk.articles import Articles
from connectors.freshdesk.paging import NAME, Api, Row
from connectors.http import Http, Policy, Refused
from connectors.tables import into
from warehouse.clock import BadTimestamp, parse_as_of

AT_ONCE = 20  # tickets whose conversations one worker fetches in a row
# Times of a ticket that Freshdesk keeps the last of only: every state that a run sees is kept.
STATS = ("pending_since", "resolved_at", "closed_at", "reopened_at", "status_updated_at")
STATE = ("status", "priority", "group_id", "responder_id", "created_at", "updated_at")


def state_of(ticket: Row) -> Row:
    """How a ticket stood at its last change."""
    stats = ticket.get("stats") or {}
    stood = {name: ticket.get(name) for name in STATE}
    return {"ticket_id": ticket["id"], **stood, **{name: stats.get(name) for name in STATS}}


def companies_count(api: Api) -> int | None:
    """How many companies Freshdesk's search counts; None where it has no search."""
    try:
        query = {"query": "\"created_at:>'1970-01-01'\""}
        answer = api.http.get("search/companies", params=query)
    except Refused:
        return None
    total = answer.get("total") if isinstance(answer, dict) else None
    return total if isinstance(total, int) else None


def groups(api: Api) -> Iterator[list[Row]]:
    """Groups with their members, which only a single group tells."""
    for rows in api.listed("groups"):
        yield [api.http.get(f"groups/{row['id']}") for row in rows]


def signed_in(credentials: Credentials, page_size: int, policy: Policy | None) -> Api:
    """The account's lists and records."""
    auth = HttpBasicAuth(credentials.password, "X")
    http = Http(NAME, f"{credentials.base_url.rstrip('/')}/api/v2", auth=auth, policy=policy)
    return Api(http, page_size)


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    rating_lookback_days: int = 30,
    tickets_per_run: int = 5000,
    page_size: int = 100,
    without: Sequence[str] = (),
    policy: Policy | None = None,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://<subdomain>.freshdesk.com, password the API key; the login
            is not used.
        start_at: oldest ticket change and rating of the first run; contacts are always all read.
        lookback_minutes: of ticket and contact changes, read again on each run.
        rating_lookback_days: how long after it was given a rating may still change.
        tickets_per_run: changed tickets after which a run stops; the next one goes on from there.
        page_size: records per page, at most 100.
        without: resources that the account's plan does not have (`ratings`, `surveys`, `articles`).
        policy: retries and limits.

    Raises:
        SourceError: `start_at` is no time; later, while reading: anything that could not be had.
    """
    try:
        start = parse_as_of(start_at)
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    api = signed_in(credentials, page_size, policy)
    lookback = timedelta(minutes=lookback_minutes)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.defer
    def fetch(tickets: list[Row]) -> list[Row]:
        return [following.with_conversations(api, ticket) for ticket in tickets]

    @dlt.resource(**hints["tickets"])
    def tickets() -> Iterator[Callable[[], list[Row]]]:
        state, told = dlt.current.resource_state(), set[int]()

        def found() -> Iterator[Row]:
            most = tickets_per_run
            for rows in following.changed_tickets(api, state, start, lookback, most):
                told.update(row["id"] for row in rows)
                yield from rows
            for which in ("deleted", "spam"):
                for rows in following.removed_tickets(api, state, which, start, told):
                    yield from rows

        rows = found()
        while some := list(islice(rows, AT_ONCE)):
            yield fetch(some)

    @dlt.transformer(data_from=tickets, **hints["ticket_states"])
    def ticket_states(rows: list[Row]) -> list[Row]:
        return [state_of(row) for row in rows]

    @dlt.resource(**hints["contacts"])
    def contacts() -> Iterator[list[Row]]:
        yield from following.changed_contacts(api, dlt.current.resource_state(), lookback)

    @dlt.resource(**hints["satisfaction_ratings"])
    def satisfaction_ratings() -> Iterator[list[Row]]:
        back = timedelta(days=rating_lookback_days)
        yield from following.ratings(api, dlt.current.resource_state(), start, back)

    def whole(
        name: str,
        pages: Callable[[], Iterator[list[Row]]],
        count: Callable[[], int | None] = lambda: None,
    ) -> Any:
        @dlt.resource(name=name, write_disposition="append", max_table_nesting=0)
        def listed() -> Iterator[Any]:
            state = dlt.current.resource_state()
            for table, rows in following.whole(pages(), name, state):
                yield into(NAME, table, rows)
            if (counted := count()) is not None:
                # More than the list has: the search still finds what was deleted minutes ago.
                exact = counted <= len(state["seen"])
                state["vendor_count"] = vendor_count(counted, exact=exact)

        return listed

    articles = Articles(api)

    @dlt.source(name=NAME, max_table_nesting=0)
    def freshdesk() -> Any:
        every = [
            tickets,
            ticket_states,
            contacts,
            satisfaction_ratings,
            whole("companies", lambda: api.listed("companies"), lambda: companies_count(api)),
            whole("agents", lambda: api.listed("agents")),
            whole("groups", lambda: groups(api)),
            whole("ticket_fields", lambda: api.listed("ticket_fields")),
            whole("surveys", lambda: api.listed("surveys")),
            whole("articles", articles.pages, lambda: articles.promised),
        ]
        return [resource for resource in every if resource.name not in without]

    return freshdesk()
