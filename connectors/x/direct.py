"""Direct messages of one account of ours, both sides' of them.

X lists them newest first and takes no "since": a list is read down to where the last run began. It
reaches back 30 days and says nothing of what was deleted: once a day all of it is read.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.contract import SourceError
from connectors.http import Http
from connectors.posts import Posts
from connectors.x.posts import (
    CLOCK_SKEW,
    NAME,
    NEXT_RUN,
    Row,
    answers,
    first_id_at,
    moment_of,
    people,
)
from warehouse.clock import iso

log = logging.getLogger(__name__)

REACH = timedelta(days=30)
EVENTS = "/2/dm_events"
ASKED = {
    "event_types": "MessageCreate",
    "dm_event.fields": "attachments,created_at,dm_conversation_id,event_type,referenced_tweets,"
    "sender_id,text",
    "expansions": "sender_id",
    "user.fields": "name,username",
    "max_results": 100,
}
KEPT = ("dm_conversation_id", "sender_id", "account_id", "customer_id", "event_type")


def signed_in(http: Http, accounts: list[Row]) -> str:
    """The id of the account whose messages these keys read.

    Raises:
        SourceError: it is none of ours; we would take its words for a customer's.
    """
    path = "/2/users/me"
    answer = http.get(path)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or not data.get("id"):
        raise SourceError(NAME, path, "answer is no account", NEXT_RUN)
    if data["id"] not in {account["id"] for account in accounts}:
        problem = f"the keys are those of @{data.get('username')}, which is no account of ours"
        raise SourceError(NAME, path, problem, "name it among accounts in channels.yml")
    return str(data["id"])


def read(http: Http, account: str, since: int, now: datetime) -> Iterator[list[Row]]:
    """Every message from id `since` on, newest first, as far as X reaches.

    Raises:
        SourceError: a page could not be had, or holds fewer messages than it says.
    """
    reached = first_id_at(now - REACH)
    if since < reached:
        begin, end = iso(moment_of(since)), iso(moment_of(reached))
        log.warning("x: direct messages from %s to %s are beyond X's reach", begin, end)
    for answer in answers(http, EVENTS, ASKED, "pagination_token"):
        rows = [shaped(row, answer, account) for row in answer.get("data", [])]
        ids = [int(row["id"]) for row in rows if row["posted_at"]]
        yield [row for row in rows if not row["posted_at"] or int(row["id"]) >= since]
        if ids and min(ids) < since:
            return


def shaped(event: Row, answer: Row, account: str) -> Row:
    """A message with its sender, the time that its id says, and whose conversation it is in."""
    id_, talk = str(event.get("id") or ""), str(event.get("dm_conversation_id") or "")
    # A group has a number of its own: whose it is, is who writes first.
    others = [part for part in talk.split("-") if part != account] if "-" in talk else []
    return {
        **event,
        "sender": people(answer).get(str(event.get("sender_id"))),
        "posted_at": iso(moment_of(int(id_))) if id_.isdigit() else None,
        "account_id": account,
        "customer_id": others[0] if len(others) == 1 else None,
        "deleted": False,
    }


def messages(
    http: Http, account: str, state: Row, now: datetime, start: int, every: timedelta
) -> Iterator[list[Row]]:
    """New messages, and marks of those that X does not list any more.

    Args:
        start: the smallest id that is wanted.
        every: how often all that X reaches is read.
    """
    held, listed = Posts(state, now, key="id", kept=KEPT), set[str]()
    since = max(start, int(state.get("read_to", start)))
    whole = held.is_due(every)
    if whole:
        since = max(start, first_id_at(now - REACH))
    for rows in read(http, account, since, now):
        listed |= {str(row["id"]) for row in rows}
        if fresh := held.fresh(rows):
            yield fresh
    # At the far end X's clock decides what it still lists.
    if whole and (gone := held.unlisted(listed, max(moment_of(since), now - REACH + CLOCK_SKEW))):
        yield gone
    held.forget_before(now - REACH)
