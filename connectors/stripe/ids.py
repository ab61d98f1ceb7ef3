"""The ids of Stripe's customers, subscriptions and charges, for the audit: the whole lists."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.stripe.source import CHARGES, CUSTOMERS, SUBSCRIPTIONS, Kind, signed_in
from warehouse.clock import parse_as_of


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    page_size: int = 100,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until`; deleted customers are in no list.

    Raises SourceError.
    """
    api, start = signed_in(credentials, page_size), int(parse_as_of(start_at).timestamp())

    def made(kind: Kind, since: int | None = None) -> Iterator[str]:
        asked: dict[str, Any] = {**dict(kind.params), "created[lt]": int(until.timestamp())}
        if since is not None:
            asked["created[gte]"] = since
        return (str(row["id"]) for row in api.rows(kind.path, **asked))

    return {
        "customers": made(CUSTOMERS),
        "subscriptions": made(SUBSCRIPTIONS),
        "charges": made(CHARGES, start),
    }
