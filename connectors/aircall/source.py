"""Aircall through its public API v1: calls, contacts, transcriptions, users, teams, numbers.

Calls are filtered by when they began and carry no time of change, and they do change: they end,
get tags and comments, a recording, a transcript. So the last days are read again, what still ran
is asked for by itself, and `seen` tells what differs.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

from connectors.aircall.reading import NAME, PAGE_SIZE, Row, one, total, unsigned, windows
from connectors.contract import Credentials, SourceError, resources
from connectors.counts import allowed, vendor_count
from connectors.http import Http, Policy
from connectors.seen import Seen
from connectors.tables import into
from warehouse.clock import BadTimestamp, parse_as_of
from warehouse.retry_after import until_reset

# 60 calls a minute: after the limit a minute may pass.
PATIENT = Policy(attempts=8, backoff=2, longest_backoff=60)
# Each is a request by itself: ten minutes' worth.
TRANSCRIPTS_A_RUN = 600


def own_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the minute of the limit is over."""
    return until_reset(headers.get("X-AircallApi-Reset", ""))


def signed_in(credentials: Credentials, policy: Policy = PATIENT) -> Http:
    """The account's API."""
    auth = HttpBasicAuth(credentials.login, credentials.password)
    address = f"{credentials.base_url.rstrip('/')}/v1"
    return Http(NAME, address, auth=auth, policy=policy, own_wait=own_wait)


def changed_calls(http: Http, state: Row, start: int, lookback: int) -> Iterator[list[Row]]:
    """New and changed calls; the state moves on when all are read.

    All calls since the start are counted on each run, before any is read: a count of the last days
    alone would miss other rows (of people who were erased) than the one before it did.
    """
    seen, newest = Seen(state), state.get("newest", start)
    running, told = set(state.get("running", ())), set[int]()
    since, counted = max(start, newest - lookback), total(http, "calls", **{"from": start})
    for page in windows(http, "calls", "started_at", since, fetch_contact="true"):
        rows = [unsigned(call) for call in page]
        newest = max([newest, *(int(row["started_at"]) for row in rows)])
        told |= {row["id"] for row in rows}
        running = (running - told) | {row["id"] for row in rows if row.get("status") != "done"}
        if fresh := seen.fresh(rows, "id", "started_at"):
            yield fresh
    if counted is not None:
        if "newest" not in state:
            # What the list lacks is then counted and not given out.
            state["counts_more"] = counted - len(told) > allowed(counted)
        exact = not state.get("counts_more")
        state["vendor_count"] = vendor_count(counted, exact=exact, since=str(start))
    # Those began before what is read again.
    for id_ in sorted(running - told):
        call = one(http, f"calls/{id_}", "call")
        if call is None or call.get("status") == "done":
            running.discard(id_)
        if call and (fresh := seen.fresh([unsigned(call)], "id", "started_at")):
            yield fresh
    state["newest"], state["running"] = newest, sorted(running)
    seen.forget_before(newest - lookback - 1)


def transcriptions(http: Http, state: Row, newest: int, lookback: int) -> Iterator[list[Row]]:
    """Transcriptions of the calls in `state["waiting"]` (id → began); they may come days late.

    Newest calls first; of a long history the rest waits for the next runs.
    """
    waiting: dict[str, int] = state["waiting"]
    newest_first = sorted(waiting.items(), key=lambda call: call[1], reverse=True)
    for id_, began in newest_first[:TRANSCRIPTS_A_RUN]:
        found = one(http, f"calls/{id_}/transcription", "transcription")
        if found is not None:
            yield [found]
        if found is not None or began < newest - lookback:
            del waiting[id_]


def was_spoken(call: Row) -> bool:
    """Whether a call is over and may have a transcription."""
    return bool(call.get("answered_at") or call.get("voicemail")) and call["status"] == "done"


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_days: int = 7,
    transcripts: bool = False,
    policy: Policy = PATIENT,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: `base_url` https://api.aircall.io, login the API id, password the API token.
        start_at: oldest call of the first run; contacts are always all read.
        lookback_days: how long after it began a call may still change.
        transcripts: whether the account has them; each is a call of the API by itself.
        policy: retries and limits.

    Raises:
        SourceError: `start_at` is no time; later, while reading: anything that could not be had.
    """
    try:
        start = int(parse_as_of(start_at).timestamp())
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    http = signed_in(credentials, policy)
    lookback = int(timedelta(days=lookback_days).total_seconds())
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    @dlt.resource(name="calls", write_disposition="append", max_table_nesting=0)
    def calls() -> Iterator[Any]:
        state = dlt.current.resource_state()
        waiting = state.setdefault("waiting", {})
        for rows in changed_calls(http, state, start, lookback):
            yield into(NAME, "calls", rows)
            # As they are known now, also those that are in no list any more.
            if known := [row["contact"] for row in rows if row.get("contact")]:
                yield into(NAME, "contacts", known)
            waiting |= {str(row["id"]): row["started_at"] for row in rows if was_spoken(row)}
        if transcripts:
            for rows in transcriptions(http, state, state["newest"], lookback):
                yield into(NAME, "transcriptions", rows)
        else:
            waiting.clear()

    @dlt.resource(**hints["contacts"])
    def contacts() -> Iterator[list[Row]]:
        state = dlt.current.resource_state()
        newest = state.get("newest", 0)
        seen = Seen(state)
        since = max(0, newest - lookback)
        for rows in windows(http, "contacts", "created_at", since):
            newest = max([newest, *(int(row["created_at"]) for row in rows)])
            if fresh := seen.fresh(rows, "id", "created_at"):
                yield fresh
        state["newest"] = newest
        seen.forget_before(newest - lookback - 1)

    def whole(name: str) -> Any:
        @dlt.resource(**hints[name])
        def read() -> Iterator[list[Row]]:
            state = dlt.current.resource_state()
            seen = Seen(state)
            counted, listed = total(http, name), set[int]()
            links = JSONLinkPaginator(next_url_path="meta.next_page_link")
            for rows, _ in http.pages(name, name, paginator=links, params={"per_page": PAGE_SIZE}):
                listed |= {row["id"] for row in rows}
                dated = [{"created_at": None, **row} for row in rows]
                if fresh := seen.fresh(dated, "id", "created_at"):
                    yield fresh
            if counted is not None:
                state["vendor_count"] = vendor_count(counted, exact=counted <= len(listed))

        return read

    @dlt.source(name=NAME, max_table_nesting=0)
    def aircall() -> Any:
        return calls, contacts, whole("users"), whole("teams"), whole("numbers")

    return aircall()
