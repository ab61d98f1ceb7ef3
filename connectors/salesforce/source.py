"""Objects of an org: whole at first, then by `SystemModstamp`, deleted and merged rows too.

`SystemModstamp` moves with every change, automated ones too (`LastModifiedDate` does not). A long
transaction may commit with a stamp some minutes old, hence the lookback; rows read twice are
counted as duplicates by the loader.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.salesforce.bulk import NAME, NEXT_RUN, Bulk, sign_in
from connectors.salesforce.fields import ACCOUNT, CONTACT, Row, read_fields, soql
from connectors.salesforce.mail import declare_mail
from connectors.salesforce.objects import SObject, chosen
from connectors.salesforce.rest import Rest
from connectors.salesforce.transcripts import turns
from connectors.seen import Seen
from warehouse.clock import BadTimestamp, iso, parse_as_of

FIRST_DAY = "1999-01-01T00:00:00Z"  # no org is older
_ALWAYS = frozenset({"account", "contact"})
DECLARE: dict[str, Callable[[Row], Row]] = {
    "EmailMessage": declare_mail,
    "LiveChatTranscript": lambda row: {**row, "declared_turns": turns(row)},
}


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
    objects: Sequence[str] = (),
    max_records: int = 50_000,
    poll_seconds: float = 0.25,
) -> DltSource:
    """The resources `account`, `contact`, and those of `objects` (nothing is requested yet).

    Args:
        credentials: login = consumer key, password = consumer secret of the connected app,
            base_url = the org's My Domain address.
        start_at: rows last touched before this are not read.
        fields: the org's own fields by meaning (`connectors/salesforce/fields.py`).
        objects: what is pulled beside accounts and contacts (`connectors/salesforce/objects.py`).
        max_records: rows per set of results.
        poll_seconds: first wait for the job; simple-salesforce waits longer from poll to poll.

    Raises:
        SourceError: a declaration that cannot be followed.
    """
    own, others = read_fields(fields or {}), chosen(objects)
    lookback = timedelta(minutes=lookback_minutes)

    @cache
    def session() -> tuple[str, str]:
        return sign_in(credentials)

    @cache
    def rest() -> Rest:
        return Rest(*session(), api_version)

    def query(obj: str, text: str) -> Iterator[list[Row]]:
        # One per query: dlt reads the resources by turns.
        bulk = Bulk(
            *session(), version=api_version, max_records=max_records, poll_seconds=poll_seconds
        )
        yield from bulk.query_all(obj, text)

    def changed(obj: SObject, names: tuple[str, ...]) -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        first = since(FIRST_DAY if obj.whole else start_at)
        newest = state.get("newest", "")
        begin = max(since(newest, lookback), first) if newest else first
        for found in query(obj.name, soql(obj.name, names, begin, obj.moved)):
            newest = max([newest, *(row.get(obj.moved) or "" for row in found)])
            yield found
        if newest:
            since(newest)  # a stamp that is no instant must not become the cursor
            state["newest"] = newest
        state["vendor_count"] = vendor_count(rest().count(obj, first), since=first)

    def resource(obj: SObject, declare: Callable[[Row], Row] | None = None) -> Any:
        @dlt.resource(name=obj.resource, **resources(NAME)[obj.resource].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            # What an org made itself is asked for as declared: a wrong name is to be heard of.
            names = obj.fields if obj.resource in _ALWAYS else rest().fields(obj)
            if names is not None:
                yield from changed(obj, names)

        declared = declare or DECLARE.get(obj.name)
        return rows.add_map(declared) if declared else rows

    @dlt.resource(name="case_statuses", **resources(NAME)["case_statuses"].dlt_hints())
    def case_statuses() -> Iterator[list[Row]]:
        seen = Seen(dlt.current.resource_state())
        for found in rest().case_statuses():
            fresh = seen.fresh(({**row, "_at": 0} for row in found), "Id", "_at")
            yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]

    @dlt.source(name=NAME, max_table_nesting=0)
    def salesforce() -> Any:
        account = SObject("Account", "account", (*ACCOUNT, *own.of_account()))
        contact = SObject("Contact", "contact", (*CONTACT, *own.of_contact()))
        more: list[Any] = [resource(obj) for obj in others]
        if "Case" in objects:
            more.append(case_statuses)
        return [
            resource(account, own.declare_account),
            resource(contact, own.declare_contact),
            *more,
        ]

    return salesforce()
