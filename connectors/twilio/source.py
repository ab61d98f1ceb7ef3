"""Twilio Voice → calls (every leg), recordings, transcriptions; newest state of each, by `sid`.

Twilio filters by whole UTC days and has no "changed since": a call that rang at 23:59 is finished,
priced and updated later. So each run re-reads the last days (`lookback_days`) up to the newest
row it knows; the warehouse keeps the newest state by `date_updated_iso` and counts the rest as
duplicates. The cursor is that newest row's creation time, kept only when a read came to its end.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import dlt
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http
from warehouse.clock import BadTimestamp, iso, parse_as_of

Row = dict[str, Any]
Pages = Iterator[list[Row]]

# The largest page Twilio gives; the default of 50 would cost twenty times the requests.
PAGE_SIZE = 1000
_CALLER = re.compile(r"\s*(caller|customer)\s*:", re.IGNORECASE)
API = "/2010-04-01/Accounts"


def signed_in(credentials: Credentials) -> Callable[[str, Row], Pages]:
    """What reads a list of the account, with the columns we add, by its name and parameters.

    Raises:
        SourceError: credentials name no account.
    """
    account = str(credentials.extra.get("account_sid") or credentials.login)
    if not account.startswith("AC"):
        remedy = "put the account SID (AC…) in its login, or in extra as account_sid for API keys"
        raise SourceError("twilio", "connection heedline_twilio", "names no account", remedy)
    auth = HttpBasicAuth(credentials.login, credentials.password)
    http = Http("twilio", credentials.base_url, auth=auth)

    def pages(name: str, params: Row) -> Pages:
        path = f"{API}/{account}/{name.capitalize()}.json"
        links = JSONLinkPaginator(next_url_path="next_page_uri")
        asked = {**params, "PageSize": PAGE_SIZE}
        for rows, _ in http.pages(path, name, paginator=links, params=asked):
            yield [with_own_columns(row) for row in rows]

    return pages


@dlt.source(name="twilio", max_table_nesting=0)
def source(
    credentials: Credentials,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_days: int = 2,
) -> Any:
    """The three resources of one Twilio account.

    Args:
        credentials: login = account SID and password = auth token; or an API key's SID and secret
            with `account_sid` in the connection's extra.
        start_at: where the first run begins (ISO 8601).
        lookback_days: how many days before the newest known row are read again.

    Raises:
        SourceError: credentials name no account, `start_at` is no time; later, while reading: any
            page that could not be had.
    """
    pages = signed_in(credentials)
    try:
        first = parse_as_of(start_at)
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError("twilio", "settings", str(error), remedy) from None

    def since(state: Row) -> datetime:
        """Start of the first UTC day to read."""
        newest = state.get("newest_created")
        if not newest:
            return first
        return max(first, parse_as_of(newest) - timedelta(days=lookback_days))

    def filtered(name: str, filter_name: str) -> Pages:
        state = dlt.current.resource_state()
        newest = state.get("newest_created", "")
        for rows in pages(name, {f"{filter_name}>": since(state).strftime("%Y-%m-%d")}):
            newest = max([newest, *(row["date_created_iso"] or "" for row in rows)])
            yield rows
        state["newest_created"] = newest

    @dlt.resource(name="calls", **resources("twilio")["calls"].dlt_hints())
    def calls() -> Pages:
        yield from filtered("calls", "StartTime")

    @dlt.resource(name="recordings", **resources("twilio")["recordings"].dlt_hints())
    def recordings() -> Pages:
        yield from filtered("recordings", "DateCreated")

    @dlt.resource(name="transcriptions", **resources("twilio")["transcriptions"].dlt_hints())
    def transcriptions() -> Pages:
        # This list has no date filter; it comes newest first, so stop at the first page that lies
        # wholly before the day we need.
        state = dlt.current.resource_state()
        newest, from_day = state.get("newest_created", ""), since(state).strftime("%Y-%m-%d")
        for rows in pages("transcriptions", {}):
            created = [row["date_created_iso"] or "" for row in rows]
            newest = max([newest, *created])
            needed = [row for row in rows if (row["date_created_iso"] or "9") >= from_day]
            yield [{**row, "caller_text": caller_text(row)} for row in needed]
            if created and max(created) < from_day:
                break
        state["newest_created"] = newest

    return calls, recordings, transcriptions


def with_own_columns(row: Row) -> Row:
    """The row plus `<time>_iso` for each RFC 2822 time (None where there is none) and parties."""
    times = ("start_time", "end_time", "date_created", "date_updated")
    parties = {f"{end}_party": row[end] for end in ("from", "to") if end in row}
    return {**row, **parties, **{f"{name}_iso": _iso(row[name]) for name in times if name in row}}


def caller_text(row: Row) -> str:
    """What the caller said: their lines where speakers are named (`Caller: …`), else all of it."""
    lines = str(row.get("transcription_text") or "").splitlines()
    theirs = [line.partition(":")[2].strip() for line in lines if _CALLER.match(line)]
    return "\n".join(theirs or lines)


def _iso(text: object) -> str | None:
    try:
        moment = parsedate_to_datetime(str(text))
    except ValueError:
        return None
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
