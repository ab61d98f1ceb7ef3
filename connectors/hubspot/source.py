"""HubSpot: contacts, companies, tickets, survey answers, owners, pipelines, inbox threads.

Objects come by search within a window of modification times; its end is the newest change HubSpot
knows when the run begins, so that its clock alone counts. The index behind the search lags: the
last minutes of the window are read again. Deleted records come from the archived list.
"""

from collections.abc import Callable, Iterator
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.counts import vendor_count
from connectors.http import Policy
from connectors.hubspot.conversations import ROOT, threads
from connectors.hubspot.crm import VERSION, Crm, modified, moment, signed_in
from connectors.hubspot.properties import HISTORY, NAME, OwnProperties, Row, read_own
from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of, wall_now

MINUTE, DAY = 60_000, 86_400_000
# The other objects whose ids are read for each record.
LINKS = {"tickets": ("contacts", "companies"), "feedback_submissions": ("contacts", "tickets")}
_SINGULAR = {"contacts": "contact_ids", "companies": "company_ids", "tickets": "ticket_ids"}


def objects(
    crm: Crm, kind: str, own: OwnProperties, state: Row, start: int, lookback: int
) -> Iterator[list[Row]]:
    """New, changed, deleted and restored records of a type; `state` is moved on at the end.

    Args:
        start, lookback: milliseconds; where the first run begins, how much is read again.
    """
    names = own.asked(kind)
    until = max(crm.newest(kind) or 0, state.get("until", start))
    seen, young = Seen(state), set[str]()
    since, again = start, until - lookback
    if "until" in state:
        since = again = max(start, state["until"] - lookback)
    for rows in crm.changed(kind, names, since, until):
        # Of a whole history only what the next run reads again needs to be remembered.
        old = [row for row in rows if (row["changed_ms"] or 0) < again]
        late = [row for row in rows if (row["changed_ms"] or 0) >= again]
        young |= {r["id"] for r in late if (moment(r.get(modified(kind))) or 0) > until - lookback}
        if fresh := old + seen.fresh(late, "id", "changed_ms"):
            yield with_links(crm, kind, names, fresh)
    known: dict[str, int] = state.get("archived", {})
    binned: dict[str, int] = {}
    for rows in crm.archived(kind, names):
        binned |= {row["id"]: row["changed_ms"] or 0 for row in rows}
        if fresh := [row for row in rows if known.get(row["id"]) != (row["changed_ms"] or 0)]:
            yield fresh
    if gone := sorted(known.keys() - binned.keys()):
        # Restored (else purged): its time of change may lie before that of its deletion.
        rows = with_links(crm, kind, names, crm.read(kind, gone, names))
        yield [
            {**row, "changed_ms": max(row["changed_ms"] or 0, known[row["id"]] + 1)} for row in rows
        ]
    state["until"], state["archived"] = until, binned
    # The search learns late: of the last minutes only what it gave us counts, and it may still
    # count what was deleted or merged away in them (by our clock: a quiet account has no newer).
    number = crm.count(kind, start, until - lookback) + len(young - binned.keys())
    gone_until = (moment(iso(wall_now())) or 0) - lookback
    state["vendor_count"] = vendor_count(number, since=str(start), until=str(gone_until))
    seen.forget_before(until - lookback)


def with_links(crm: Crm, kind: str, names: tuple[str, ...], rows: list[Row]) -> list[Row]:
    """The records with their links; tickets anew, with their former values."""
    if kind == "tickets":
        rows = crm.read(kind, [row["id"] for row in rows], names, HISTORY)
    for other in LINKS.get(kind, ()):
        linked = crm.linked(kind, other, [row["id"] for row in rows])
        rows = [{**row, _SINGULAR[other]: linked[row["id"]]} for row in rows]
    return rows


def short_list(state: Row, pages: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """A list that is always read whole; what has not changed does not land again."""
    seen = Seen(state)
    for rows in pages:
        fresh = seen.fresh(({**row, "_at": 0} for row in rows), "id", "_at")
        if fresh:
            yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 10,
    thread_lookback_days: int = 7,
    properties: dict[str, Any] | None = None,
    feedback: bool = True,
    conversations: bool = True,
    policy: Policy | None = None,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://api.hubapi.com, password a private app's token; no login.
        start_at: oldest change of a ticket, answer or thread that the first run fetches.
        lookback_minutes: how long HubSpot's search may take to know of a change.
        thread_lookback_days: how long after its last message a thread may still be closed.
        properties: the account's own properties and surveys (`connectors/hubspot/properties.py`).
        feedback, conversations: false where the account has no surveys, no inbox.
        policy: limits of the conversation, for tests.

    Raises:
        SourceError: a declaration that cannot be followed.
    """
    http = signed_in(credentials, policy)
    crm, own = Crm(http), read_own(properties or {})
    first = moment(iso(parse_as_of(start_at))) or 0
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    def records(kind: str, start: int) -> Any:
        @dlt.resource(**hints[kind])
        def rows() -> Iterator[list[Row]]:
            state = dlt.current.resource_state()
            yield from objects(crm, kind, own, state, start, lookback_minutes * MINUTE)

        return rows.add_map(lambda row: own.declare(kind, row))

    @dlt.resource(**hints["owners"])
    def owners() -> Iterator[list[Row]]:
        def pages() -> Iterator[list[Row]]:
            for archived in ("false", "true"):
                yield from crm.listed(f"crm/owners/{VERSION}", archived=archived)

        yield from short_list(dlt.current.resource_state(), pages())

    @dlt.resource(**hints["pipelines"])
    def pipelines() -> Iterator[list[Row]]:
        pages = (rows for rows, _ in http.pages(f"crm/pipelines/{VERSION}/tickets", "results"))
        yield from short_list(dlt.current.resource_state(), pages)

    @dlt.resource(**hints["channels"])
    def channels() -> Iterator[list[Row]]:
        yield from short_list(dlt.current.resource_state(), crm.listed(f"{ROOT}/channels"))

    @dlt.resource(**hints["threads"])
    def inbox() -> Iterator[list[Row] | Callable[[], list[Row]]]:
        state = dlt.current.resource_state()
        yield from threads(http, state, first, thread_lookback_days * DAY)

    @dlt.source(name=NAME, max_table_nesting=0)
    def hubspot() -> Any:
        # Whoever wrote after the first day may not have changed since before it.
        chosen = [records("contacts", 0), records("companies", 0), records("tickets", first)]
        chosen += [owners, pipelines]
        if feedback:
            chosen.append(records("feedback_submissions", first))
        if conversations:
            chosen += [channels, inbox]
        return chosen

    return hubspot()
