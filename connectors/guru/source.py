"""Guru through its API: cards (`cards.py`) and analytics events (`events.py`)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.guru.cards import changed_cards
from connectors.guru.events import Events, read_meanings
from connectors.guru.paging import NAME, Row
from connectors.http import Http, Policy
from warehouse.clock import BadTimestamp, parse_as_of

EVENTS: dict[str, Any] = {"card-viewed": {"means": "view"}}


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_days: int = 2,
    window_days: int = 31,
    events: dict[str, Any] | None = None,
    own_domains: Sequence[str] = (),
    policy: Policy | None = None,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://api.getguru.com, login a user's address, password that
            user's API token.
        start_at: events of earlier days are not asked for; cards are always all read.
        lookback_days: days before the present one that are read again.
        window_days: days of events that one walk through pages covers.
        events: event type → what it means (`events.py`).
        own_domains: mail domains of our own people, who are no customers.
        policy: retries and limits.

    Raises:
        SourceError: a setting that cannot be followed; later, while reading: anything that could
            not be had.
    """
    try:
        start = parse_as_of(start_at).date()
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    meanings = read_meanings(EVENTS if events is None else events)
    own = frozenset(domain.lower() for domain in own_domains)
    auth = HttpBasicAuth(credentials.login, credentials.password)
    http = Http(NAME, credentials.base_url, auth=auth, policy=policy)
    happened = Events(http, meanings, own)
    lookback, window = timedelta(days=lookback_days), timedelta(days=window_days)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(**hints["cards"])
    def cards() -> Iterator[list[Row]]:
        yield from changed_cards(http, dlt.current.resource_state())

    @dlt.resource(**hints["events"])
    def analytics() -> Iterator[list[Row]]:
        yield from happened.since(dlt.current.resource_state(), start, lookback, window)

    @dlt.source(name=NAME, max_table_nesting=0)
    def guru() -> Any:
        return cards, analytics

    return guru()
