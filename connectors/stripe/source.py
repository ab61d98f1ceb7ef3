"""Stripe's objects: listed whole once, then followed through the event feed.

`/v1/events` says what changed, never what it is now (its copies are as old as the event and in the
API version of that moment), so every changed object is fetched again. Events live for 30 days:
after a longer silence the lists are read whole again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http
from connectors.stripe.paging import AfterLastId
from warehouse.clock import parse_as_of

NAME = "stripe"
NEXT_RUN = "nothing was kept; the next run asks again"
# Objects are read as this version of the API shapes them, whatever the account's default is.
API_VERSION = "2024-06-20"
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One list of objects and the events that tell of its changes (Stripe takes up to 20 types)."""

    path: str
    object: str
    events: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = ()


CUSTOMERS = Kind(
    "/v1/customers",
    "customer",
    ("customer.created", "customer.updated", "customer.deleted"),
)
SUBSCRIPTIONS = Kind(
    "/v1/subscriptions",
    "subscription",
    (
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
    ),
    # Without it, ended subscriptions are left out.
    (("status", "all"),),
)
CHARGES = Kind(
    "/v1/charges",
    "charge",
    (
        "charge.pending",
        "charge.succeeded",
        "charge.failed",
        "charge.captured",
        "charge.expired",
        "charge.refunded",
        "charge.updated",
    ),
)


class Api:
    """The account's objects, page by page or one by one."""

    def __init__(self, http: Http, page_size: int) -> None:
        self._http, self._page_size = http, page_size

    def rows(self, path: str, **params: Any) -> Iterator[Row]:
        """Every object of a list, newest first.

        Raises:
            SourceError: an answer that is no list of objects with ids.
        """
        asked = {"limit": self._page_size, **params}
        for rows, _ in self._http.pages(path, "data", paginator=AfterLastId(), params=asked):
            if any(not isinstance(row, dict) or not row.get("id") for row in rows):
                raise SourceError(NAME, path, "an object without an id", NEXT_RUN)
            yield from rows

    def one(self, path: str) -> Row:
        """One object as it stands now; a deleted customer comes as `{id, deleted: true}`."""
        row = self._http.get(path)
        if not isinstance(row, dict) or not row.get("id"):
            raise SourceError(NAME, path, "answer is no object with an id", NEXT_RUN)
        return row

    def newest_event(self, **params: Any) -> Row | None:
        """The newest event of the account (of those asked for), or None."""
        answer = self._http.get("/v1/events", params={"limit": 1, **params})
        rows = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise SourceError(NAME, "/v1/events", "answer has no list 'data'", NEXT_RUN)
        return rows[0] if rows else None

    def reaches_back_to(self, moment: int) -> bool:
        """Whether the feed still holds an event of that time or before (else some are gone)."""
        return self.newest_event(**{"created[lte]": moment}) is not None

    def changes(self, kind: Kind, since: int) -> list[Row]:
        """Events about objects of this kind from `since` on: id, created, id of the object."""
        params = {"types[]": list(kind.events), "created[gte]": since}
        found = []
        for event in self.rows("/v1/events", **params):
            about = (event.get("data") or {}).get("object") or {}
            if about.get("object") == kind.object:
                found.append({k: event[k] for k in ("id", "created")} | {"about": about["id"]})
        return found

    def whole(self, row: Row) -> Row:
        """A subscription with all its items; lists inside an object are cut after ten."""
        items = row.get("items")
        if isinstance(items, dict) and items.get("has_more"):
            found = list(self.rows("/v1/subscription_items", subscription=row["id"]))
            return {**row, "items": {**items, "data": found, "has_more": False}}
        return row


def signed_in(credentials: Credentials, page_size: int) -> Api:
    """The account's API, in the version whose shapes we read."""
    auth, headers = HttpBasicAuth(credentials.password, ""), {"Stripe-Version": API_VERSION}
    return Api(Http(NAME, credentials.base_url, auth=auth, headers=headers), page_size)


def follow(api: Api, kind: Kind, state: Row, since: int | None, lookback: int) -> Iterator[Row]:
    """Everything new of one kind; `state` is moved on to the head of the event feed.

    Args:
        state: `until` (Unix seconds of the newest event at the last run) and `handled` (ids of the
            events of the lookback that were followed already).
        since: objects created before this are not listed (None: all).
        lookback: seconds of the feed read again, as events may be listed a little late.
    """
    head, until = api.newest_event(), state.get("until")
    known = isinstance(until, int) and api.reaches_back_to(until)
    # The feed is read before the objects are, so what changes meanwhile is left to the next run.
    begin: int = until or 0 if known else head["created"] if head else 0
    recent = api.changes(kind, begin - lookback) if head else []
    if known:
        handled = set(state.get("handled", ()))
        for about in dict.fromkeys(e["about"] for e in recent if e["id"] not in handled):
            yield api.whole(api.one(f"{kind.path}/{about}"))
    else:
        listed = {"created[gte]": since} if since else {}
        for row in api.rows(kind.path, **dict(kind.params), **listed):
            yield api.whole(row)
    if head:
        newest = max([head["created"], *(event["created"] for event in recent)])
        state["until"] = newest
        state["handled"] = [e["id"] for e in recent if e["created"] >= newest - lookback]


def declare(external_ids: dict[str, str], row: Row) -> Row:
    """A customer with the ids that its metadata hold."""
    metadata = row.get("metadata") or {}
    found = {name: metadata[key] for name, key in external_ids.items() if metadata.get(key)}
    return {**row, "declared_external_ids": found}


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    page_size: int = 100,
    external_ids: dict[str, str] | None = None,
) -> DltSource:
    """Customers, subscriptions and charges (nothing is requested yet).

    Args:
        start_at: charges created before this are not listed. Customers and subscriptions always
            are: old ones are still alive.
        lookback_minutes: of the event feed, read again on each run.
        page_size: 1 to 100.
        external_ids: metadata keys of customers by the system whose id they hold; they land as
            `declared_external_ids`.
    """
    api, lookback = signed_in(credentials, page_size), lookback_minutes * 60
    start = int(parse_as_of(start_at).timestamp())

    def resource(name: str, kind: Kind, since: int | None = None) -> Any:
        @dlt.resource(name=name, **resources(NAME)[name].dlt_hints())
        def rows() -> Iterator[Row]:
            yield from follow(api, kind, dlt.current.resource_state(), since, lookback)

        return rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def stripe() -> Any:
        return [
            resource("customers", CUSTOMERS).add_map(partial(declare, external_ids or {})),
            resource("subscriptions", SUBSCRIPTIONS),
            resource("charges", CHARGES, start),
        ]

    return stripe()
