"""Helpjuice through its API v3: articles, categories, view counters and searches."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import APIKeyAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.helpjuice.listing import changed, with_views
from connectors.helpjuice.paging import NAME, Row
from connectors.helpjuice.searches import Searches
from connectors.http import Http, Policy
from warehouse.clock import BadTimestamp, iso, parse_as_of, wall_now


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_days: int = 7,
    window_days: int = 31,
    page_size: int = 1000,
    policy: Policy | None = None,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://<account>.helpjuice.com, password the API key; the login is
            not used.
        start_at: searches of earlier days are not asked for; articles are always all read.
        lookback_days: days of searches before the present one that are read again.
        window_days: days of searches that one walk through pages covers.
        page_size: records per page, at most 1,000.
        policy: retries and limits.

    Raises:
        SourceError: `start_at` is no time; later, while reading: anything that could not be had.
    """
    try:
        start = parse_as_of(start_at).date()
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    key = credentials.password
    auth = APIKeyAuth(name="Authorization", api_key=key, location="header")
    http = Http(NAME, credentials.base_url, auth=auth, policy=policy)
    asked = Searches(http, page_size, key)
    lookback, window = timedelta(days=lookback_days), timedelta(days=window_days)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(**hints["articles"])
    def articles() -> Iterator[list[Row]]:
        state, read_at = dlt.current.resource_state(), iso(wall_now())
        for rows in changed(http, "articles", page_size, state):
            yield with_views(rows, state, read_at)

    @dlt.transformer(data_from=articles, **hints["article_views"])
    def article_views(rows: list[Row]) -> list[Row]:
        return [
            {
                "article_id": row["id"],
                "views": row["views"],
                "views_before": row["declared_views_before"],
                "read_at": row["declared_read_at"],
            }
            for row in rows
            if isinstance(row.get("views"), int) and row["views"] != row["declared_views_before"]
        ]

    @dlt.resource(**hints["categories"])
    def categories() -> Iterator[list[Row]]:
        yield from changed(http, "categories", page_size, dlt.current.resource_state())

    @dlt.resource(**hints["searches"])
    def searches() -> Iterator[list[Row]]:
        yield from asked.since(dlt.current.resource_state(), start, lookback, window)

    @dlt.source(name=NAME, max_table_nesting=0)
    def helpjuice() -> Any:
        return articles, article_views, categories, searches

    return helpjuice()
