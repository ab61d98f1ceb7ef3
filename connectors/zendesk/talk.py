"""Zendesk Talk: calls and their legs, each again whenever it changed."""

from collections.abc import Iterator

from connectors.http import Http
from connectors.zendesk.exports import Row, by_count

PLACE = "channels/voice/stats/incremental"


def calls(http: Http, state: Row, start: int) -> Iterator[list[Row]]:
    """Calls changed since the last run. What they cost and how long they took comes after them."""
    yield from by_count(http, f"{PLACE}/calls", "calls", state, start)


def call_legs(http: Http, state: Row, start: int) -> Iterator[list[Row]]:
    """Who took part in each call, and how long."""
    yield from by_count(http, f"{PLACE}/legs", "legs", state, start)
