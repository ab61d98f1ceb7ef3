"""Intercom: conversations with their parts, contacts, admins and teams, changed since the last run.

Search filters by whole days at worst, so each run reads the last days again; what has landed in
the same form is neither fetched nor landed twice. Search has no parts: every changed conversation
is fetched by itself, several at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.http import Http, Refused
from connectors.intercom import articles as help_centre
from connectors.intercom import companies as accounts
from connectors.intercom.whole import counted
from connectors.seen import Seen
from warehouse.clock import parse_as_of

NAME = "intercom"
VERSION = "2.14"
PRODUCTS = ("companies", "articles")
DAY = 86_400
AT_ONCE = 20  # conversations that one worker fetches in a row
Row = dict[str, Any]


def searched(http: Http, path: str, key: str, query: Row) -> Iterator[list[Row]]:
    """Every page of what a search finds."""
    body = {"query": query, "pagination": {"per_page": 150}}
    paginator = JSONResponseCursorPaginator(
        cursor_path="pages.next.starting_after", cursor_body_path="pagination.starting_after"
    )
    for rows, _ in http.pages(path, key, method="POST", json=body, paginator=paginator):
        yield rows


def changed(
    http: Http, path: str, key: str, state: Row, start: int, lookback: int
) -> Iterator[list[Row]]:
    """Records of a search that are new or changed; `state` is moved on when all pages are read.

    The order of a search is not promised, so no page alone says how far we have come.
    """
    seen = Seen(state)
    newest = state.get("newest", start)
    # ">" means "at or after" for conversations and "from the next day on" for contacts.
    query = {"field": "updated_at", "operator": ">", "value": max(0, newest - lookback)}
    for rows in searched(http, path, key, query):
        newest = max([newest, *(int(row["updated_at"]) for row in rows)])
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
    state["newest"] = newest
    # A day more than is asked for: a record on the edge must not count as new again.
    seen.forget_before(newest - lookback - DAY)


def count_found(http: Http, path: str, state: Row, start: int) -> None:
    """Keep how many records a search from the start on finds."""
    body = {
        "query": {"field": "updated_at", "operator": ">", "value": start},
        "pagination": {"per_page": 1},
    }
    answer = http.get(path, method="POST", json=body)
    state["vendor_count"] = vendor_count(counted(answer, path), since=str(start))


def detail(http: Http, id_: str) -> Row | None:
    """A conversation with its parts as plain text; None when it was deleted meanwhile."""
    path = f"conversations/{id_}"
    try:
        found = http.get(path, params={"display_as": "plaintext"})
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    parts = found.get("conversation_parts") if isinstance(found, dict) else None
    if not isinstance(parts, dict):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError(NAME, path, "answer has no conversation_parts", remedy)
    given = len(parts.get("conversation_parts") or ())
    missing = max(0, int(parts.get("total_count") or given) - given)
    return {**found, "missing_parts": missing}


def unchanged_dropped(rows: list[Row]) -> list[Row]:
    """The admins or teams that are new or differ from the last run (they carry no times)."""
    seen = Seen(dlt.current.resource_state())
    fresh = seen.fresh(({**row, "_at": 0} for row in rows), "id", "_at")
    return [{k: v for k, v in row.items() if k != "_at"} for row in fresh]


def signed_in(credentials: Credentials) -> Http:
    """The workspace's API, in the version whose shapes we read."""
    auth, headers = BearerTokenAuth(credentials.password), {"Intercom-Version": VERSION}
    return Http(NAME, credentials.base_url, auth=auth, headers=headers)


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_days: int = 2,
    products: Sequence[str] = (),
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://api.intercom.io (or the EU/AU host), password an access
            token; the login is not used.
        start_at: oldest change to fetch on the first run.
        lookback_days: days read again; 2 cover Intercom's whole-day filter in any time zone.
        products: what is to be pulled beside conversations and people: `companies`, `articles`.

    Raises:
        SourceError: an unknown product.
    """
    for product in products:
        if product not in PRODUCTS:
            remedy = f"write some of {', '.join(PRODUCTS)} in connectors/channels.yml"
            raise SourceError(NAME, "settings", f"no product {product!r}", remedy)
    http = signed_in(credentials)
    start, lookback = int(parse_as_of(start_at).timestamp()), lookback_days * DAY
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.defer
    def fetch(ids: list[str]) -> list[Row]:
        return [row for id_ in ids if (row := detail(http, id_)) is not None]

    @dlt.resource(**hints["conversations"])
    def conversations() -> Iterator[Callable[[], list[Row]]]:
        state = dlt.current.resource_state()
        path, key = "conversations/search", "conversations"
        for rows in changed(http, path, key, state, start, lookback):
            ids = (str(row["id"]) for row in rows)
            while some := list(islice(ids, AT_ONCE)):
                yield fetch(some)
        count_found(http, path, state, start)

    @dlt.resource(**hints["contacts"])
    def contacts() -> Iterator[list[Row]]:
        # Everybody: who wrote after the first day may not have changed since before it.
        state = dlt.current.resource_state()
        yield from changed(http, "contacts/search", "data", state, 0, lookback)
        count_found(http, "contacts/search", state, 0)

    @dlt.resource(**hints["admins"])
    def admins() -> Iterator[list[Row]]:
        for rows, _ in http.pages("admins", "admins"):
            yield unchanged_dropped(rows)

    @dlt.resource(**hints["teams"])
    def teams() -> Iterator[list[Row]]:
        for rows, _ in http.pages("teams", "teams"):
            yield unchanged_dropped(rows)

    @dlt.resource(**hints["companies"])
    def companies() -> Iterator[list[Row]]:
        yield from accounts.companies(http, dlt.current.resource_state())

    @dlt.resource(**hints["articles"])
    def articles() -> Iterator[list[Row]]:
        yield from help_centre.articles(http, dlt.current.resource_state())

    @dlt.source(name=NAME, max_table_nesting=0)
    def intercom() -> Any:
        of_product = {"companies": companies, "articles": articles}
        more = [of_product[product] for product in products]
        return (conversations, contacts, admins, teams, *more)

    return intercom()
