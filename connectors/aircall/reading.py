"""Aircall's lists and single answers. A list gives out its first 10,000 records and no more."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import SourceError
from connectors.http import Http, Refused

NAME = "aircall"
PAGE_SIZE = 50
# Links to sound are signed anew for every answer and live for minutes.
LINKS = ("recording", "voicemail", "asset")
Row = dict[str, Any]
NEXT_RUN = "nothing was kept; the next run asks again"


def windows(http: Http, key: str, when: str, since: int, **params: Any) -> Iterator[list[Row]]:
    """Every record created at `since` (Unix seconds) or later, once, oldest first.

    Each page is asked for anew from the last creation seen, so that no query comes near its end;
    pages are only counted within one second. A second more is asked for, since whether `from`
    takes its own second in is not documented.

    Args:
        key: path and name of the list.
        when: column of the creation, Unix seconds.

    Yields:
        A page's new records.

    Raises:
        SourceError: a page could not be had, or one second has more records than a query gives.
    """
    known: dict[Any, int] = {}
    number = 1
    while True:
        asked = {**params, "from": since, "order": "asc", "per_page": PAGE_SIZE, "page": number}
        answer = http.get(key, params=asked)
        rows = answer.get(key) if isinstance(answer, dict) else None
        meta = answer.get("meta") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or not isinstance(meta, dict):
            raise SourceError(NAME, key, f"answer has no list {key!r} with meta", NEXT_RUN)
        try:
            times = [(row, int(row[when])) for row in rows]
        except (KeyError, TypeError, ValueError):
            raise SourceError(NAME, key, f"a record has no readable {when}", NEXT_RUN) from None
        fresh = [row for row, _ in times if row["id"] not in known]
        known = {id_: at for id_, at in known.items() if at >= since}
        known |= {row["id"]: at for row, at in times}
        yield fresh
        if not meta.get("next_page_link"):
            counted = int(meta.get("total") or 0)
            if counted > number * PAGE_SIZE:
                problem = f"gives out {number * PAGE_SIZE} of {counted} records of one second"
                raise SourceError(NAME, key, problem, "set start_at after it")
            return
        onward = max((at for _, at in times), default=since) - 1
        if onward > since:
            since, number = onward, 1
        else:
            number += 1


def total(http: Http, key: str, **params: Any) -> int | None:
    """How many records a query counts; None where it does not say. Raises SourceError."""
    answer = http.get(key, params={**params, "per_page": 1})
    meta = answer.get("meta") if isinstance(answer, dict) else None
    found = meta.get("total") if isinstance(meta, dict) else None
    return found if isinstance(found, int) else None


def one(http: Http, path: str, key: str) -> Row | None:
    """A single record, or None where there is none (any more)."""
    try:
        answer = http.get(path)
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    row = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(row, dict):
        raise SourceError(NAME, path, f"answer has no {key!r}", NEXT_RUN)
    return row


def unsigned(call: Row) -> Row:
    """The call with links that do not differ at every look (the part after `?` goes)."""
    links = {name: call[name] for name in LINKS if isinstance(call.get(name), str)}
    return {
        **call,
        **{name: urlsplit(link)._replace(query="").geturl() for name, link in links.items()},
    }
