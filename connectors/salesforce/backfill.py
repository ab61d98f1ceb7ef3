"""A window of Salesforce's history: accounts and contacts by `SystemModstamp`, deleted ones too."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.salesforce.bulk import NAME, Bulk, sign_in
from connectors.salesforce.fields import ACCOUNT, CONTACT, Row, read_fields, soql
from connectors.windows import Window
from warehouse.clock import iso

LEFT_OUT: dict[str, str] = {}


def source(
    credentials: Credentials,
    window: Window,
    *,
    api_version: str = "61.0",
    fields: dict[str, Any] | None = None,
    max_records: int = 50_000,
    poll_seconds: float = 0.25,
    **_: Any,
) -> DltSource:
    """What last changed within the window (nothing is requested yet); settings as of the pull."""
    own = read_fields(fields or {})

    @cache
    def session() -> tuple[str, str]:
        return sign_in(credentials)

    def resource(obj: str, names: tuple[str, ...], declare: Callable[[Row], Row]) -> Any:
        name = obj.lower()

        @dlt.resource(name=name, **resources(NAME)[name].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            bulk = Bulk(
                *session(), version=api_version, max_records=max_records, poll_seconds=poll_seconds
            )
            yield from bulk.query_all(obj, soql(obj, names, iso(window.begin), iso(window.end)))

        return rows.add_map(declare)

    @dlt.source(name=NAME, max_table_nesting=0)
    def salesforce() -> Any:
        return [
            resource("Account", (*ACCOUNT, *own.of_account()), own.declare_account),
            resource("Contact", (*CONTACT, *own.of_contact()), own.declare_contact),
        ]

    return salesforce()
