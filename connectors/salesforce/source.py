"""Accounts and contacts: whole at first, then by `SystemModstamp`, deleted and merged rows too.

`SystemModstamp` moves with every change, automated ones too (`LastModifiedDate` does not). A long
transaction may commit with a stamp some minutes old, hence the lookback; rows read twice are
counted as duplicates by the loader.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.salesforce.bulk import NAME, NEXT_RUN, Bulk, count_rows, sign_in
from connectors.salesforce.fields import ACCOUNT, CONTACT, Row, read_fields, soql
from warehouse.clock import BadTimestamp, iso, parse_as_of


def since(moment: str, earlier: timedelta = timedelta(0)) -> str:
    """An instant (optionally earlier) as SOQL writes one.

    Raises:
        SourceError: the text is not an instant.
    """
    try:
        return iso(parse_as_of(moment) - earlier)
    except BadTimestamp as error:
        raise SourceError(NAME, "SystemModstamp", str(error), NEXT_RUN) from None


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    api_version: str = "61.0",
    fields: dict[str, Any] | None = None,
    max_records: int = 50_000,
    poll_seconds: float = 0.25,
) -> DltSource:
    """The resources `account` and `contact` (nothing is requested yet).

    Args:
        credentials: login = consumer key, password = consumer secret of the connected app,
            base_url = the org's My Domain address.
        start_at: rows last touched before this are not read.
        fields: the org's own fields by meaning (`connectors/salesforce/fields.py`).
        max_records: rows per set of results.
        poll_seconds: first wait for the job; simple-salesforce waits longer from poll to poll.
    """
    own = read_fields(fields or {})
    lookback = timedelta(minutes=lookback_minutes)

    @cache
    def session() -> tuple[str, str]:
        return sign_in(credentials)

    def query(obj: str, text: str) -> Iterator[list[Row]]:
        # One per query: dlt reads both resources by turns.
        bulk = Bulk(
            *session(), version=api_version, max_records=max_records, poll_seconds=poll_seconds
        )
        yield from bulk.query_all(obj, text)

    def resource(obj: str, names: tuple[str, ...], declare: Callable[[Row], Row]) -> Any:
        name = obj.lower()

        @dlt.resource(name=name, **resources(NAME)[name].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            state = dlt.current.resource_state()
            newest = state.get("newest", "")
            begin = max(since(newest, lookback), since(start_at)) if newest else since(start_at)
            for found in query(obj, soql(obj, names, begin)):
                newest = max([newest, *(row.get("SystemModstamp") or "" for row in found)])
                yield found
            if newest:
                since(newest)  # a stamp that is no instant must not become the cursor
                state["newest"] = newest
            counted = count_rows(session(), api_version, obj, since(start_at))
            state["vendor_count"] = vendor_count(counted, since=since(start_at))

        return rows.add_map(declare)

    @dlt.source(name=NAME, max_table_nesting=0)
    def salesforce() -> Any:
        return [
            resource("Account", (*ACCOUNT, *own.of_account()), own.declare_account),
            resource("Contact", (*CONTACT, *own.of_contact()), own.declare_contact),
        ]

    return salesforce()
