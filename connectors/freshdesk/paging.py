"""Freshdesk's lists: counted pages, a bare JSON list each, a `Link` header where there is another.

Counted pages shift while they are read: when a record leaves the front of a list or joins it there,
others move over a page's edge unseen. Nothing here trusts a page's number for longer than it must.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import SourceError
from connectors.http import Http, parsed
from warehouse.clock import BadTimestamp, iso, parse_as_of

NAME = "freshdesk"
SECOND = timedelta(seconds=1)
Row = dict[str, Any]

# Freshdesk refuses pages of tickets beyond this one.
LAST_PAGE = 300
# A list of several pages is read again until a pass finds nothing more, but no more often.
MOST_PASSES = 3


class Api:
    """One account's lists and records."""

    def __init__(self, http: Http, page_size: int) -> None:
        self.http, self._page_size = http, page_size

    def page(self, path: str, number: int, **params: Any) -> tuple[list[Row], bool]:
        """One page of a list, and whether there is another.

        Raises:
            SourceError: it could not be had, or is no list of records with ids.
        """
        asked = {**params, "page": number, "per_page": self._page_size}
        response = self.http.send("GET", path, params=asked)
        rows = parsed(NAME, response)
        if not isinstance(rows, list) or any(
            not isinstance(row, dict) or "id" not in row for row in rows
        ):
            raise SourceError(
                NAME,
                path,
                "answer is no list of records with ids",
                "nothing was kept; the next run asks again",
            )
        return rows, "next" in response.links

    def listed(self, path: str, **params: Any) -> Iterator[list[Row]]:
        """Every record of a list in no promised order, each once.

        Raises:
            SourceError: as `page`.
        """
        known: set[Any] = set()
        for _ in range(MOST_PASSES):
            before, number, more = len(known), 0, True
            while more:
                number += 1
                rows, more = self.page(path, number, **params)
                fresh = [row for row in rows if row["id"] not in known]
                known |= {row["id"] for row in fresh}
                if fresh:
                    yield fresh
            if number == 1 or len(known) == before:
                return

    def tickets(self, since: datetime, **params: Any) -> Iterator[list[Row]]:
        """Every state of a ticket last changed at `since` or later, oldest change first.

        Each page is asked for anew from the last change seen, so no page number grows unless more
        tickets changed in one second than a page holds, and a ticket that changes meanwhile pushes
        no other one past us. Whether `updated_since` takes its own second in is not documented:
        one second more is asked for.

        Raises:
            SourceError: as `page`; or more tickets changed in one second than Freshdesk gives out.
        """
        known: dict[Any, datetime] = {}
        number, brought = 1, False
        while True:
            rows, more = self.page(
                "tickets",
                number,
                updated_since=iso(since),
                order_by="updated_at",
                order_type="asc",
                **params,
            )
            changed = [(row, changed_at(row)) for row in rows]
            fresh = [row for row, at in changed if known.get(row["id"]) != at]
            known = {k: at for k, at in known.items() if at >= since}
            known |= {row["id"]: at for row, at in changed}
            if fresh:
                brought = True
                yield fresh
            onward = max((at for _, at in changed), default=since) - SECOND
            if more and onward <= since:
                number += 1
                if number > LAST_PAGE:
                    problem = f"more than {LAST_PAGE} pages of tickets changed at {iso(onward)}"
                    remedy = "bring that history by file drop and set start_at after it"
                    raise SourceError(NAME, "tickets", problem, remedy)
            elif number > 1 and brought:
                # Within that one second pages had to be counted: once more, until nothing is new.
                number, brought = 1, False
            elif more:
                since, number, brought = onward, 1, False
            else:
                return


def changed_at(row: Row, column: str = "updated_at") -> datetime:
    """When a record last changed (or what else the column says).

    Raises:
        SourceError: it does not say so.
    """
    try:
        return parse_as_of(str(row.get(column)))
    except BadTimestamp:
        problem = f"record {row.get('id')} has no readable {column}"
        remedy = "nothing was kept; look at the record in Freshdesk"
        raise SourceError(NAME, "answer", problem, remedy) from None
