"""A window of Stripe's history: objects that were made within it, as they are now."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.stripe.source import (
    CHARGES,
    CUSTOMERS,
    NAME,
    SUBSCRIPTIONS,
    Kind,
    Row,
    declare,
    signed_in,
)
from connectors.windows import Window

LEFT_OUT: dict[str, str] = {}


def source(
    credentials: Credentials,
    window: Window,
    *,
    page_size: int = 100,
    external_ids: dict[str, str] | None = None,
    **_: Any,
) -> DltSource:
    """What was made within the window (nothing is requested yet); settings as of the pull."""
    api, (begin, end) = signed_in(credentials, page_size), window.seconds
    made = {"created[gte]": begin, "created[lt]": end}

    def resource(name: str, kind: Kind) -> Any:
        @dlt.resource(name=name, **resources(NAME)[name].dlt_hints())
        def rows() -> Iterator[Row]:
            for row in api.rows(kind.path, **dict(kind.params), **made):
                yield api.whole(row)

        return rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def stripe() -> Any:
        return [
            resource("customers", CUSTOMERS).add_map(partial(declare, external_ids or {})),
            resource("subscriptions", SUBSCRIPTIONS),
            resource("charges", CHARGES),
        ]

    return stripe()
