"""What is new in each kind of list; the state moves on when a list is read to its end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.freshdesk.paging import SECOND, Api, Row, changed_at
from connectors.http import Refused
from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of

# Newer accounts leave the description out of lists unless asked.
INCLUDED = "stats,requester,description"


def changed_tickets(
    api: Api, state: dict[str, Any], start: datetime, lookback: timedelta, most: int
) -> Iterator[list[Row]]:
    """Tickets changed since the last run; after `most` of them the rest is left to the next run."""
    seen = Seen(state)
    newest = parse_as_of(state["newest"]) if "newest" in state else start
    landed = 0
    for rows in api.tickets(max(start, newest - lookback), include=INCLUDED):
        newest = max([newest, *map(changed_at, rows)])
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
        landed += len(fresh)
        if landed >= most:
            break
    state["newest"] = iso(newest)
    seen.forget_before(iso(newest - lookback - SECOND))


def removed_tickets(
    api: Api, state: dict[str, Any], which: str, start: datetime, told: set[int]
) -> Iterator[list[Row]]:
    """Tickets in the trash (`deleted`) or marked as `spam`, and those that were and are no more.

    Whether either moves `updated_at` is not documented, so both lists are read whole (Freshdesk
    empties them after 30 days). One that is gone from there is asked for by itself: restored, or
    deleted for good, in which case its last state stays.

    Args:
        told: ids that this run has landed from the ordinary list.
    """
    seen, there = Seen(state, which), set()
    for rows in api.tickets(start, filter=which, include=INCLUDED):
        there |= {str(row["id"]) for row in rows}
        if fresh := seen.fresh(rows, "id", "updated_at"):
            yield fresh
    for id_ in [id_ for id_ in state[which] if id_ not in there]:
        del state[which][id_]
        if int(id_) not in told and (row := one_ticket(api, id_)):
            yield [row]


def one_ticket(api: Api, id_: str) -> Row | None:
    """A ticket as it stands, or None when it is deleted for good."""
    try:
        row = api.http.get(f"tickets/{id_}", params={"include": "stats,requester"})
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    return row if isinstance(row, dict) else None


def with_conversations(api: Api, ticket: Row) -> Row:
    """The ticket and all that was said on it; null when it was deleted for good meanwhile."""
    try:
        said = [row for rows in api.listed(f"tickets/{ticket['id']}/conversations") for row in rows]
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return {**ticket, "conversations": None}
    said.sort(key=lambda row: (str(row.get("created_at")), row["id"]))
    return {**ticket, "conversations": said}


def changed_contacts(api: Api, state: dict[str, Any], lookback: timedelta) -> Iterator[list[Row]]:
    """Contacts changed since the last run; all of them the first time.

    The ordinary list leaves out deleted and blocked contacts; each has a list of its own.
    """
    seen = Seen(state)
    newest = parse_as_of(state.get("newest", "1970-01-01T00:00:00Z"))
    since = max(newest - lookback, parse_as_of("1970-01-01T00:00:00Z"))
    for which in ({}, {"state": "deleted"}, {"state": "blocked"}):
        # With the underscore; without it the filter is ignored.
        for rows in api.listed("contacts", _updated_since=iso(since), **which):
            newest = max([newest, *map(changed_at, rows)])
            if fresh := seen.fresh(rows, "id", "updated_at"):
                yield fresh
    state["newest"] = iso(newest)
    seen.forget_before(iso(newest - lookback - SECOND))


def ratings(
    api: Api, state: dict[str, Any], start: datetime, lookback: timedelta
) -> Iterator[list[Row]]:
    """Satisfaction ratings. They are filtered by creation, and a comment may come days after."""
    seen = Seen(state)
    newest = parse_as_of(state["newest"]) if "newest" in state else start
    since = max(start, newest - lookback)
    for rows in api.listed("surveys/satisfaction_ratings", created_since=iso(since)):
        newest = max([newest, *(changed_at(row, "created_at") for row in rows)])
        if fresh := seen.fresh(rows, "id", "created_at"):
            yield fresh
    state["newest"] = iso(newest)
    seen.forget_before(iso(newest - lookback - SECOND))


def whole(
    pages: Iterator[list[Row]], kind: str, state: dict[str, Any]
) -> Iterator[tuple[str, list[Row]]]:
    """(table, rows) of a list that is always read whole: what changed, and what is gone or back.

    A record that its list no longer has keeps its last state; `deletions` says that it is gone.
    """
    seen, there = Seen(state), set()
    for rows in pages:
        there |= {str(row["id"]) for row in rows}
        dated = [{"updated_at": None, **row} for row in rows]
        if fresh := seen.fresh(dated, "id", "updated_at"):
            yield kind, fresh
    missing, gone = set(state["seen"]) - there, set(state.get("gone", ()))
    for id_ in missing:
        del state["seen"][id_]
    state["gone"] = sorted((gone | missing) - there)
    told = [(id_, True) for id_ in sorted(missing)] + [(id_, False) for id_ in sorted(gone & there)]
    if told:
        yield (
            "deletions",
            [{"kind": kind, "id": int(id_), "gone": is_gone} for id_, is_gone in told],
        )
