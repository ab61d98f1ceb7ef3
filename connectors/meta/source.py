"""Meta → comments and direct messages of a Facebook page and the Instagram account tied to it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.meta.comments import (
    FACEBOOK,
    INSTAGRAM,
    KEPT,
    changed,
    facebook_posts,
    instagram_posts,
)
from connectors.meta.graph import NAME, NEXT_RUN, Graph, Row, before, moment
from connectors.posts import Posts
from connectors.seen import Seen
from warehouse.clock import BadTimestamp, iso, parse_as_of, wall_now

_MESSAGE = "id,created_time,from,message"


def our_accounts(graph: Graph) -> list[Row]:
    """The page that the token is of, and its Instagram account where it has one.

    Raises:
        SourceError: the token is of no page.
    """
    fields = "id,name,instagram_business_account{id,username}"
    page = graph.get("me", fields=fields)
    if not page.get("id"):
        raise SourceError(NAME, "me", "answer is no page", NEXT_RUN)
    found = [{"id": page["id"], "name": page.get("name"), "platform": FACEBOOK}]
    if instagram := page.get("instagram_business_account"):
        name = instagram.get("username")
        found.append({"id": instagram["id"], "name": name, "platform": INSTAGRAM})
    return found


def messages_since(
    graph: Graph, account: Row, page_id: str, since: datetime
) -> Iterator[list[Row]]:
    """Messages of the conversations that have news, down to `since`; both lists newest first."""
    platform = {FACEBOOK: "messenger"}.get(account["platform"], account["platform"])
    listed = graph.pages(f"{page_id}/conversations", platform=platform, fields="id,updated_time")
    for conversation in chain.from_iterable(listed):
        if before(conversation.get("updated_time"), since):
            return
        for rows in graph.pages(f"{conversation['id']}/messages", fields=_MESSAGE):
            yield [shaped(row, conversation["id"], account["platform"]) for row in rows]
            if any(before(row.get("created_time"), since) for row in rows):
                break


def shaped(row: Row, conversation_id: str, platform: str) -> Row:
    """A message; the made-up address that Meta gives with its writer is left out."""
    author = row.get("from") or {}
    return {
        "id": row.get("id"),
        "platform": platform,
        "conversation_id": conversation_id,
        "author_id": author.get("id"),
        "author_name": author.get("name") or author.get("username"),
        "message": row.get("message"),
        "posted_at": moment(row.get("created_time")),
    }


def source(
    credentials: Credentials,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    post_days: int = 60,
    lookback_minutes: int = 60,
    api_version: str = "v23.0",
) -> DltSource:
    """The resources `comments`, `messages` and `accounts` (nothing is requested yet).

    Args:
        credentials: base_url https://graph.facebook.com, password a page access token, extra
            `app_secret` where the app wants calls proved.
        start_at: posts and messages made before are not read.
        post_days: how old a post may be for its comments to be looked at (after the first run).
        lookback_minutes: of messages, before the last run, read again.
        api_version: of the Graph API.

    Raises:
        SourceError: `start_at` is no time.
    """
    try:
        start = parse_as_of(start_at)
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    graph, lookback = Graph(credentials, api_version), timedelta(minutes=lookback_minutes)

    @cache
    def ours() -> list[Row]:
        return our_accounts(graph)

    @dlt.resource(name="comments", **resources(NAME)["comments"].dlt_hints())
    def comments() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        held, window = Posts(state, now, key="id", kept=KEPT), timedelta(days=post_days)
        since = max(start, now - window) if state.get("read_at") else start
        read = {FACEBOOK: facebook_posts, INSTAGRAM: instagram_posts}
        posts = (read[a["platform"]](graph, a["id"], since) for a in ours())
        yield from changed(graph, chain.from_iterable(posts), held, state)
        state["read_at"] = iso(now)
        # Comments are as young as their posts, or younger: nothing that is listed is forgotten.
        held.forget_before(min(since, now - window))

    @dlt.resource(name="messages", **resources(NAME)["messages"].dlt_hints())
    def messages() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        seen, known = Seen(state), state.get("read_to")
        since = max(start, parse_as_of(known)) if known else start
        for account in ours():
            for rows in messages_since(graph, account, ours()[0]["id"], since):
                timed = [row for row in rows if row["id"] and row["posted_at"]]
                new = [row for row in timed if row["posted_at"] >= iso(since)]
                odd = [row for row in rows if row not in timed]  # the gate's to judge
                if fresh := seen.fresh(new, "id", "posted_at") + odd:
                    yield fresh
        state["read_to"] = iso(now - lookback)
        seen.forget_before(state["read_to"])

    @dlt.resource(name="accounts", **resources(NAME)["accounts"].dlt_hints())
    def accounts() -> Iterator[list[Row]]:
        seen = Seen(dlt.current.resource_state())
        if fresh := seen.fresh(ours(), "id", "platform"):
            yield fresh

    @dlt.source(name=NAME, max_table_nesting=0)
    def meta() -> Any:
        return comments, messages, accounts

    return meta()
