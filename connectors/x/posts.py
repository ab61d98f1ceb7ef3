"""X's lists of posts, each read from a post id on, past the caps of its endpoint.

Timelines reach back a number of posts, search a number of days. Where a timeline ends at its cap,
search takes over below it; what neither reaches is said in the log.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import SourceError
from connectors.http import Http
from connectors.paginators import by_token
from warehouse.clock import iso

NAME = "x"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]
log = logging.getLogger(__name__)

# The instant that ids count from, in milliseconds; an id's upper bits are its post's time.
EPOCH_MS, TIME_BITS = 1_288_834_974_657, 22
SEARCH_REACH = timedelta(days=7)
# Search refuses an id that is too old by its own clock; ours may differ.
CLOCK_SKEW = timedelta(minutes=5)
RECENT = "/2/tweets/search/recent"
FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "expansions": "author_id",
    "user.fields": "created_at,name,protected,username",
}
GONE = ("resource-not-found", "not-authorized-for-resource")


def first_id_at(moment: datetime) -> int:
    """The smallest id that a post of this moment can have."""
    return max(1, (int(moment.timestamp() * 1000) - EPOCH_MS) << TIME_BITS)


def moment_of(id_: int) -> datetime:
    """When the post of this id was made."""
    return datetime.fromtimestamp(((id_ >> TIME_BITS) + EPOCH_MS) / 1000, UTC)


@dataclass(frozen=True)
class Stream:
    """One list of posts.

    Attributes:
        name: how the cursor of this list is kept.
        path: a timeline, or none: search only.
        query: the same list as a search.
        cap: posts that the timeline reaches back.
    """

    name: str
    query: str
    path: str = ""
    cap: int = 0

    def read(self, http: Http, since: int, now: datetime) -> Iterator[list[Row]]:
        """Every post newer than id `since`, newest first, as far as X reaches.

        Raises:
            SourceError: a page could not be had, or holds fewer posts than it says.
        """
        reach = first_id_at(now - SEARCH_REACH + CLOCK_SKEW)
        if not self.path:
            self._tell(since, reach)
            yield from _pages(http, RECENT, {"query": self.query, "since_id": max(since, reach)})
            return
        received, oldest = 0, first_id_at(now)
        for rows in _pages(http, self.path, {"since_id": since}):
            received += len(rows)
            oldest = min([oldest, *(int(row["id"]) for row in rows if row["posted_at"])])
            yield rows
        # Deleted posts count towards the cap and are not handed out: nearly full may be full.
        if received * 4 < self.cap * 3:
            return
        self._tell(since, min(reach, oldest))
        if (begin := max(since, reach)) < oldest:
            below = {"query": self.query, "since_id": begin, "until_id": oldest}
            yield from _pages(http, RECENT, below)

    def _tell(self, since: int, reached: int) -> None:
        if since < reached:
            begin, end = iso(moment_of(since)), iso(moment_of(reached))
            log.warning("x: %s: posts from %s to %s may be beyond X's reach", self.name, begin, end)


def _pages(http: Http, path: str, params: Row) -> Iterator[list[Row]]:
    token = "next_token" if path == RECENT else "pagination_token"
    for answer in answers(http, path, {**FIELDS, "max_results": 100, **params}, token):
        yield [shaped(row, answer) for row in answer.get("data", [])]


def answers(http: Http, path: str, asked: Row, token: str) -> Iterator[Row]:
    """Every page of a list, whole: its `data` is missing where it is empty.

    Args:
        token: the parameter that asks for the next page.

    Raises:
        SourceError: a page could not be had, or does not hold as many as it says.
    """
    try:
        for answer in by_token(
            lambda p: http.get(path, params=p),
            asked,
            token_of=lambda a: (a.get("meta") or {}).get("next_token"),
            token_param=token,
        ):
            # An empty page has no list at all; its count says that this is meant.
            rows, said = answer.get("data", []), (answer.get("meta") or {}).get("result_count")
            if not isinstance(rows, list) or len(rows) != said:
                raise ValueError(f"page says {said} results and does not hold them")
            yield answer
    except (ValueError, TypeError) as error:
        raise SourceError(NAME, path, str(error), NEXT_RUN) from None


def people(answer: Row) -> dict[str, Row]:
    """The users that come with an answer, by id."""
    return {user["id"]: user for user in (answer.get("includes") or {}).get("users", [])}


def shaped(post: Row, answer: Row) -> Row:
    """A post with its author, and the id and time of its first version."""
    first = (post.get("edit_history_tweet_ids") or [post.get("id")])[0]
    made = iso(moment_of(int(first))) if str(first or "").isdigit() else None
    author = people(answer).get(str(post.get("author_id")))
    own = {"author": author, "first_id": first, "posted_at": made}
    return {**post, **own, "deleted": False}


def looked_up(http: Http, ids: list[str]) -> tuple[list[Row], set[str]]:
    """(posts that are still there, ids of those that are deleted or may not be shown), up to 100.

    Raises:
        SourceError: an id is neither; a partial answer must not delete anything.
    """
    path = "/2/tweets"
    answer = http.get(path, params={**FIELDS, "ids": ",".join(ids)})
    if not isinstance(answer, dict):
        raise SourceError(NAME, path, "answer is no object", NEXT_RUN)
    rows = [shaped(row, answer) for row in answer.get("data") or []]
    gone = {
        str(error.get("resource_id") or error.get("value"))
        for error in answer.get("errors") or []
        if str(error.get("type", "")).endswith(GONE)
    } & set(ids)
    silent = set(ids) - gone - {row["id"] for row in rows}
    if silent:
        raise SourceError(NAME, path, f"answer says nothing of {len(silent)} posts", NEXT_RUN)
    return rows, gone
