"""Searches in the help centre, by whole days; those of the last days come again.

A search changes after it was made: what was found, read and clicked is told later. The filter is
by date, `upto` excluded and `today` by default, so the present day has to be asked for.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import blake2b

from connectors.counts import vendor_count
from connectors.helpjuice.paging import Row, Walk
from connectors.http import Http
from connectors.seen import Seen
from warehouse.clock import wall_now


class Searches:
    """The searches of one account.

    Args:
        secret: what readers' network addresses are hashed with.
    """

    def __init__(self, http: Http, page_size: int, secret: str) -> None:
        self._http, self._page_size = http, page_size
        self._key = blake2b(secret.encode(), digest_size=32).digest()

    def since(
        self, state: Row, start: date, lookback: timedelta, window: timedelta
    ) -> Iterator[list[Row]]:
        """New and changed searches."""
        seen, tomorrow = Seen(state), wall_now().date() + timedelta(days=1)
        first = start
        if reached := state.get("read_until"):
            first = max(start, date.fromisoformat(reached) - lookback)
        day, total = first, 0
        while day < tomorrow:
            until = min(day + window, tomorrow)
            walk = self._walk(day, until)
            for rows in walk:
                if fresh := seen.fresh(map(self._kept, rows), "id", "created_at"):
                    yield fresh
            total, day = total + walk.total, until
        # Of some days only, it would tell of erased people for ever (docs/decisions.md, 42).
        whole = first == start
        state["vendor_count"] = vendor_count(total, exact=whole, since=first.isoformat())
        state["read_until"] = tomorrow.isoformat()
        seen.forget_before((tomorrow - lookback).isoformat())

    def _walk(self, first: date, until: date) -> Walk:
        days = {"since": first.isoformat(), "upto": until.isoformat()}
        path = "analytics/searches"
        return Walk(self._http, path, "searches", self._page_size, **days)

    def _kept(self, row: Row) -> Row:
        """The search without the reader's network address: of that, only who is the same reader
        on the same day stays."""
        kept = {name: value for name, value in row.items() if name != "ip"}
        address, day = row.get("ip"), str(row.get("created_at") or "")[:10]
        session = None
        if isinstance(address, str) and address:
            session = blake2b(f"{day} {address}".encode(), key=self._key, digest_size=12)
        return {
            **kept,
            "created_at": row.get("created_at") or "",
            "declared_session": session.hexdigest() if session else None,
        }
