"""A window of Salesforce's history: its objects by `SystemModstamp`, deleted rows too."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.salesforce.bulk import NAME, Bulk, sign_in
from connectors.salesforce.fields import ACCOUNT, CONTACT, Row, read_fields, soql
from connectors.salesforce.objects import SObject, chosen
from connectors.salesforce.rest import Rest
from connectors.salesforce.source import DECLARE
from connectors.windows import WHOLE, Window
from warehouse.clock import iso

LEFT_OUT = {"users": WHOLE, "case_statuses": WHOLE}


def source(
    credentials: Credentials,
    window: Window,
    *,
    api_version: str = "61.0",
    fields: dict[str, Any] | None = None,
    objects: Sequence[str] = (),
    max_records: int = 50_000,
    poll_seconds: float = 0.25,
    **_: Any,
) -> DltSource:
    """What last changed within the window (nothing is requested yet); settings as of the pull."""
    own = read_fields(fields or {})

    @cache
    def session() -> tuple[str, str]:
        return sign_in(credentials)

    @cache
    def rest() -> Rest:
        return Rest(*session(), api_version)

    def resource(
        obj: SObject, names: tuple[str, ...] | None, declare: Callable[[Row], Row] | None
    ) -> Any:
        @dlt.resource(name=obj.resource, **resources(NAME)[obj.resource].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            bulk = Bulk(
                *session(), version=api_version, max_records=max_records, poll_seconds=poll_seconds
            )
            shown = names or rest().fields(obj)
            if shown is not None:
                begin, end = iso(window.begin), iso(window.end)
                yield from bulk.query_all(obj.name, soql(obj.name, shown, begin, obj.moved, end))

        return rows.add_map(declare) if declare else rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def salesforce() -> Any:
        account, contact = SObject("Account", "account", ()), SObject("Contact", "contact", ())
        return [
            resource(account, (*ACCOUNT, *own.of_account()), own.declare_account),
            resource(contact, (*CONTACT, *own.of_contact()), own.declare_contact),
            *(resource(o, None, DECLARE.get(o.name)) for o in chosen(objects) if not o.whole),
        ]

    return salesforce()
