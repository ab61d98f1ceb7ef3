"""Customers, orders and deletions of orders, changed since the last run.

`updated_at_min` is inclusive and its order is not promised, so a stretch is read again on each run
and what has landed in the same form is dropped. The cursor moves when all pages were read, and
never past the moment the walk began by Shopify's own clock: what changes behind the walk's back
is left to the next run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.http import Http, Policy
from connectors.seen import Seen
from connectors.shopify.paging import NextLink
from connectors.shopify.signing import NAME, AccessToken
from warehouse.clock import BadTimestamp, iso, parse_as_of

VERSION = "2026-10"
NEXT_RUN = "nothing was kept; the next run asks again"
# Keys to a customer's order page and carts, card and device: of no use here, so they stay there.
LEFT_OUT = frozenset(
    {
        *("browser_ip", "client_details", "device_id", "payment_details"),
        *("cart_token", "checkout_token", "order_status_url", "token"),
    }
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A list: its name (path and key of the answer), the time it is filtered by, what is asked."""

    name: str
    time: str = "updated_at"
    params: Row = field(default_factory=dict)


CUSTOMERS = Kind("customers")
# Without `status`, closed and cancelled orders are left out.
ORDERS = Kind("orders", params={"status": "any"})
EVENTS = Kind("events", "created_at", {"filter": "Order", "verb": "destroy"})


class Shop:
    """One shop's Admin API."""

    def __init__(self, http: Http, version: str, page_size: int, lookback: timedelta) -> None:
        self._http, self._version = http, version
        self._page_size, self._lookback = page_size, lookback

    def _path(self, name: str) -> str:
        return f"/admin/api/{self._version}/{name}.json"

    def changed(
        self, kind: Kind, state: Row, start: datetime | None, end: datetime | None = None
    ) -> Iterator[list[Row]]:
        """Rows that are new or changed; `state` is moved on when all pages were read.

        Args:
            state: `newest` (time of the newest row known, UTC) and what has landed since shortly
                before it.
            start: rows older than this are not asked for (None: all); `end`: nor newer ones.

        Raises:
            SourceError: a page could not be had.
        """
        seen, links, own = Seen(state), NextLink(self._version), f"{kind.time}_iso"
        newest: str = state.get("newest", "")
        if newest:
            reached = parse_as_of(newest) - self._lookback
            start = max(start, reached) if start else reached
        params = {**kind.params, "limit": self._page_size}
        if start:
            params[f"{kind.time}_min"] = iso(start)
        if end:
            params[f"{kind.time}_max"] = iso(end)
        path = self._path(kind.name)
        for rows, _ in self._http.pages(path, kind.name, paginator=links, params=params):
            rows = [with_utc(row, kind.time) for row in rows]
            newest = max([newest, *(row[own] or "" for row in rows)])
            # One without a time cannot be remembered; the gate sets it aside.
            untimed = [row for row in rows if not row[own]]
            if fresh := [*seen.fresh((r for r in rows if r[own]), "id", own), *untimed]:
                yield fresh
        if newest:
            state["newest"] = min(newest, links.began or newest)
            seen.forget_before(iso(parse_as_of(state["newest"]) - self._lookback))

    def made(self, kind: Kind, start: datetime | None = None) -> Iterator[Row]:
        """`id` and `created_at` of every row (changed since `start`). Raises SourceError."""
        asked = {**kind.params, "limit": self._page_size, "fields": "id,created_at"}
        if start:
            asked[f"{kind.time}_min"] = iso(start)
        links = NextLink(self._version)
        pages = self._http.pages(self._path(kind.name), kind.name, paginator=links, params=asked)
        for rows, _ in pages:
            yield from rows

    def count(self, kind: Kind, start: datetime | None = None) -> int:
        """How many rows the shop counts now (changed since `start`)."""
        path = self._path(f"{kind.name}/count")
        since = {f"{kind.time}_min": iso(start)} if start else {}
        answer = self._http.get(path, params={**kind.params, **since})
        number = answer.get("count") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise SourceError(NAME, path, "answer has no count", NEXT_RUN)
        return number

    def check_reach(self) -> None:
        """Raises SourceError when orders older than 60 days would silently be left out."""
        path = "/admin/oauth/access_scopes.json"
        answer = self._http.get(path)
        listed = answer.get("access_scopes") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise SourceError(NAME, path, "answer has no list 'access_scopes'", NEXT_RUN)
        if "read_all_orders" not in {scope.get("handle") for scope in listed}:
            problem = "shows the last 60 days only (scope read_all_orders is missing)"
            remedy = "grant it to the app, or set sixty_days_only: true in channels.yml"
            raise SourceError(NAME, "orders", problem, remedy)


def open_shop(
    credentials: Credentials,
    api_version: str,
    page_size: int,
    lookback_minutes: int,
    policy: Policy | None = None,
) -> Shop:
    """The shop's Admin API, signed in."""
    http = Http(NAME, credentials.base_url, auth=AccessToken(credentials, policy), policy=policy)
    return Shop(http, api_version, page_size, timedelta(minutes=lookback_minutes))


def with_utc(row: Row, time: str) -> Row:
    """The row plus `<time>_iso`: Shopify writes times in the shop's zone, which do not sort.

    It is None where there is no such time.
    """
    try:
        return {**row, f"{time}_iso": iso(parse_as_of(str(row.get(time))))}
    except BadTimestamp:
        return {**row, f"{time}_iso": None}


def slim(row: Row) -> Row:
    """An order without secrets and traces of the device."""
    return {key: value for key, value in row.items() if key not in LEFT_OUT}


def declare(external_ids: dict[str, str], row: Row) -> Row:
    """A customer with the ids that it has in other systems."""
    found = {system: str(row[key]) for system, key in external_ids.items() if row.get(key)}
    return {**row, "declared_external_ids": found}


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    sixty_days_only: bool = False,
    api_version: str = VERSION,
    page_size: int = 250,
    external_ids: dict[str, str] | None = None,
    policy: Policy | None = None,
) -> DltSource:
    """Customers, orders and events of one shop (nothing is requested yet).

    Args:
        credentials: base_url = https://<shop>.myshopify.com; password = an Admin API access token,
            or login and password = client id and secret of a Dev Dashboard app.
        start_at: orders last changed before this are not read. Customers always are.
        lookback_minutes: read again before the newest row known.
        sixty_days_only: go on without the scope `read_all_orders`, which older orders need.
        page_size: 1 to 250.
        external_ids: fields of a customer by the system whose id they hold (such as
            `account: multipass_identifier`); they land as `declared_external_ids`.
        policy: limits of the conversation.

    Raises:
        SourceError: `start_at` is no time.
    """
    try:
        start = parse_as_of(start_at)
    except BadTimestamp as error:
        raise SourceError(
            NAME, "settings", str(error), "correct start_at in channels.yml"
        ) from None
    shop = open_shop(credentials, api_version, page_size, lookback_minutes, policy)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(**hints["customers"])
    def customers() -> Iterator[list[Row]]:
        # Everybody: who orders now may not have been changed for years.
        state, before = dlt.current.resource_state(), shop.count(CUSTOMERS)
        yield from shop.changed(CUSTOMERS, state, None)
        # What came or went during a long walk is in one of the two.
        state["vendor_count"] = vendor_count(min(before, shop.count(CUSTOMERS)))

    @dlt.resource(**hints["orders"])
    def orders() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        if sixty_days_only:
            # The shop counts what it shows: each day others than those that are held.
            yield from shop.changed(ORDERS, state, start)
            return
        shop.check_reach()
        before = shop.count(ORDERS, start)
        yield from shop.changed(ORDERS, state, start)
        number = min(before, shop.count(ORDERS, start))
        state["vendor_count"] = vendor_count(number, since=iso(start))

    @dlt.resource(**hints["events"])
    def events() -> Iterator[list[Row]]:
        yield from shop.changed(EVENTS, dlt.current.resource_state(), start)

    @dlt.source(name=NAME, max_table_nesting=0)
    def shopify() -> Any:
        return customers.add_map(partial(declare, external_ids or {})), orders.add_map(slim), events

    return shopify()
