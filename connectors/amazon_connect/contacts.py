"""Which contacts are new or may have changed, and what they are now.

SearchContacts filters by when a contact began or ended, never by when its record changed, and says
little about each. Ended contacts are searched by their end (one may begin days before it ends),
running ones by their beginning; each is described once it is new or looks different, and again on
every run until it has been over for a while.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.amazon_connect.aws import NAME, NEXT_RUN, Aws, Refused, Row, instant
from connectors.contract import SourceError
from connectors.counts import vendor_count
from connectors.seen import digest
from warehouse.clock import parse_as_of

ENDED, BEGUN = "DISCONNECT_TIMESTAMP", "INITIATION_TIMESTAMP"
SHORTEST = timedelta(seconds=1)


class Search:
    """SearchContacts over any stretch of time, however many contacts lie in it.

    Attributes:
        counted: contacts that AWS counted in the stretches read.
    """

    def __init__(self, aws: Aws, window: timedelta, most: int) -> None:
        """`window`: longest stretch asked for at once; `most`: contacts one search may give."""
        self._aws, self._window, self._most = aws, window, most
        self.counted = 0

    def between(self, kind: str, begin: datetime, end: datetime) -> Iterator[list[Row]]:
        """Every contact whose time of `kind` lies there; those on a seam come twice.

        Raises:
            SourceError: also where one second holds more contacts than a search gives.
        """
        waiting = []
        while begin < end:
            waiting.append((begin, min(begin + self._window, end)))
            begin = waiting[-1][1]
        waiting.reverse()
        while waiting:
            first, last = waiting.pop()
            rows, total = self._read(kind, first, last)
            if rows is None:
                half = (last - first) / 2
                if half < SHORTEST:
                    problem = f"{total} contacts within a second, more than a search gives"
                    raise SourceError(NAME, "search_contacts", problem, NEXT_RUN)
                waiting += [(first + half, last), (first, first + half)]
                continue
            self.counted += total
            yield rows

    def _read(self, kind: str, begin: datetime, end: datetime) -> tuple[list[Row] | None, int]:
        """The contacts, or None when there are more than the search gives; AWS's count."""
        asked: Row = {
            "InstanceId": self._aws.instance,
            "TimeRange": {"Type": kind, "StartTime": begin, "EndTime": end},
            "Sort": {"FieldName": kind, "Order": "ASCENDING"},
            "MaxResults": 100,
        }
        found: dict[str, Row] = {}
        total: int | None = None
        while True:
            answer = self._aws.call(self._aws.connect, "search_contacts", **asked)
            total = answer.get("TotalCount") if total is None else total
            found |= {row["Id"]: row for row in answer["Contacts"]}
            if max(total or 0, len(found)) > self._most:
                return None, total or len(found)
            token = answer.get("NextToken")
            if not token or token == asked.get("NextToken"):
                total = len(found) if total is None else total
                # Fewer than were counted: the search ended before its end.
                return (list(found.values()) if len(found) >= total else None), total
            asked["NextToken"] = token


class Known:
    """The contacts of the stretch that is read again: how each looked, and whether it is final.

    Kept in the resource's state, id → [end (else beginning), digest of the search's row, digest of
    its description, whether it is final].

    Attributes:
        deleted: contacts that a search found and that could not be described any more.
    """

    def __init__(self, aws: Aws, state: Row, now: datetime, settle: timedelta) -> None:
        self._aws, self._final_before = aws, instant(now - settle)
        self._kept: dict[str, list[Any]] = state.setdefault("contacts", {})
        self.deleted = 0

    def look(self, found: Row) -> tuple[Row | None, bool]:
        """The contact as described now, and whether it differs from what landed.

        None when there is no need to look, or when it was deleted meanwhile.
        """
        kept, seen = self._kept.get(found["Id"]), digest(found)
        if kept and kept[3] and kept[1] == seen:
            return None, False
        try:
            answer = self._aws.call(
                *(self._aws.connect, "describe_contact"),
                InstanceId=self._aws.instance,
                ContactId=found["Id"],
            )
        except Refused as refusal:
            if refusal.code == "ResourceNotFoundException":
                self.deleted += 1
                return None, False
            raise
        row: Row = answer["Contact"]
        over = row.get("DisconnectTimestamp") or ""
        mark = digest(row)
        final = bool(over) and over <= self._final_before
        self._kept[found["Id"]] = [over or row.get("InitiationTimestamp") or "", seen, mark, final]
        return row, not kept or kept[2] != mark

    def forget_before(self, moment: datetime) -> None:
        """Drop what the next run does not find again."""
        oldest = instant(moment)
        for key in [key for key, mark in self._kept.items() if mark[0] < oldest]:
            del self._kept[key]


def follow(
    search: Search, known: Known, state: Row, *, start: datetime, now: datetime, lookback: timedelta
) -> Iterator[tuple[Row, bool]]:
    """Every contact looked at, with whether it is to land; `state` moves on when all were read.

    `state["vendor_count"]` is AWS's own count of the contacts that ended between `start` and `now`,
    by the run that read them from the start.
    """
    newest: str = state.get("newest", "")
    begin = max(start, parse_as_of(newest) - lookback) if newest else start
    done: set[str] = set()
    repeated = 0
    for kind, first in ((ENDED, begin), (BEGUN, max(start, now - lookback))):
        for rows in search.between(kind, first, now):
            for found in rows:
                newest = max(newest, found.get("DisconnectTimestamp") or "")
                if found["Id"] in done:
                    repeated += 1
                    continue
                done.add(found["Id"])
                row, fresh = known.look(found)
                if row is not None:
                    yield row, fresh
        if kind == ENDED and "newest" not in state:
            ended = search.counted - repeated - known.deleted
            state["vendor_count"] = vendor_count(ended, since=instant(start), until=instant(now))
    if newest:
        state["newest"] = newest
        known.forget_before(parse_as_of(newest) - lookback - timedelta(days=1))
