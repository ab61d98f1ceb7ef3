"""The ids of Shopify's customers and orders, for the audit: the lists with two fields a row."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.shopify.source import CUSTOMERS, ORDERS, VERSION, Kind, open_shop
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    sixty_days_only: bool = False,
    api_version: str = VERSION,
    page_size: int = 250,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until`; orders only where all of them are shown.

    Raises SourceError.
    """
    shop = open_shop(credentials, api_version, page_size, 0)

    def made(kind: Kind, start: datetime | None) -> Iterator[str]:
        for row in shop.made(kind, start):
            if parse_as_of(row["created_at"]) < until:
                yield str(row["id"])

    found = {"customers": made(CUSTOMERS, None)}
    if not sixty_days_only:
        found["orders"] = made(ORDERS, parse_as_of(start_at))
    return found
