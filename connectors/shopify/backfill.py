"""A window of Shopify's history: customers and orders by their change, deletions of orders."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.http import Policy
from connectors.shopify.signing import NAME
from connectors.shopify.source import (
    CUSTOMERS,
    EVENTS,
    ORDERS,
    Kind,
    Row,
    declare,
    open_shop,
    slim,
)
from connectors.windows import Window

LEFT_OUT: dict[str, str] = {}


def source(
    credentials: Credentials,
    window: Window,
    *,
    sixty_days_only: bool = False,
    api_version: str = "2026-10",
    page_size: int = 250,
    external_ids: dict[str, str] | None = None,
    policy: Policy | None = None,
    **_: Any,
) -> DltSource:
    """What last changed within the window (nothing is requested yet); settings as of the pull."""
    shop = open_shop(credentials, api_version, page_size, 0, policy)

    def resource(kind: Kind) -> Any:
        @dlt.resource(name=kind.name, **resources(NAME)[kind.name].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            if kind is ORDERS and not sixty_days_only:
                shop.check_reach()
            yield from shop.changed(kind, {}, window.begin, window.end)

        return rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def shopify() -> Any:
        return [
            resource(CUSTOMERS).add_map(partial(declare, external_ids or {})),
            resource(ORDERS).add_map(slim),
            resource(EVENTS),
        ]

    return shopify()
