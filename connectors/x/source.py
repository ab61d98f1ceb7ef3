"""X: posts that mention our accounts or match a search, our own posts, and what became of them;
where wanted, an account's direct messages.

Posts do not change (an edit is a new post) and their ids carry their time, so a list is read from
the last run on, less a lookback. That a post was deleted is told to nobody without an enterprise
contract: the posts of the last weeks are looked up again once a day.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http, Policy
from connectors.posts import Posts
from connectors.seen import Seen
from connectors.x import direct
from connectors.x.posts import NAME, Stream, first_id_at, looked_up
from connectors.x.signing import user_signature
from warehouse.clock import BadTimestamp, parse_as_of, wall_now
from warehouse.retry_after import until_reset

Row = dict[str, Any]
# Limits are dealt out in windows of 15 minutes.
POLICY = Policy(longest_wait=16 * 60)
MENTIONS_CAP, POSTS_CAP = 800, 3200
KEPT = ("first_id", "conversation_id", "author_id", "in_reply_to_user_id")


def own_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window of the limit is over; the common header with one more hyphen."""
    return until_reset(headers.get("X-Rate-Limit-Reset", ""))


def our_accounts(http: Http, handles: list[str]) -> list[Row]:
    """Our accounts as X has them.

    Raises:
        SourceError: a handle names no account.
    """
    path = "/2/users/by"
    answer = http.get(path, params={"usernames": ",".join(handles), "user.fields": "created_at"})
    rows = answer.get("data") if isinstance(answer, dict) else None
    found = [row for row in rows or [] if isinstance(row, dict) and row.get("id")]
    names = {str(row.get("username", "")).lower() for row in found}
    if absent := [handle for handle in handles if handle.lower() not in names]:
        remedy = "correct accounts in channels.yml"
        raise SourceError(NAME, path, f"no account @{', @'.join(absent)}", remedy)
    return found


def streams(accounts: list[Row], searches: list[str]) -> list[Stream]:
    """The lists to read: of each account its mentions and its own posts; each search."""
    found = []
    for account in accounts:
        id_, handle = account["id"], account["username"]
        mentions, own = f"@{handle} -is:retweet", f"from:{handle} -is:retweet"
        found += [
            Stream(f"mentions {id_}", mentions, f"/2/users/{id_}/mentions", MENTIONS_CAP),
            Stream(f"posts {id_}", own, f"/2/users/{id_}/tweets", POSTS_CAP),
        ]
    return found + [Stream(f"search {query}", query) for query in searches]


def source(
    credentials: Credentials,
    *,
    accounts: list[str],
    searches: list[str] | None = None,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 60,
    recheck_hours: int = 24,
    keep_days: int = 30,
    direct_messages: bool = False,
) -> DltSource:
    """The resources `posts` and `accounts` (nothing is requested yet); `direct_messages`, too.

    Args:
        credentials: base_url https://api.x.com, password = the app's bearer token; for direct
            messages extra with the keys of `signing.KEYS`.
        accounts: our handles, with or without @.
        searches: queries in X's search language, for posts that do not mention us.
        start_at: posts made before are not read.
        lookback_minutes: before the last run, read again: posts may be listed late, and our clock
            may be ahead of X's.
        recheck_hours: how often the posts held are looked up again.
        keep_days: how old a post may be to be looked up again.
        direct_messages: of the account whose keys the connection has.

    Raises:
        SourceError: no accounts, `start_at` is no time, or keys are missing.
    """
    handles = [handle.removeprefix("@") for handle in accounts]
    if not handles:
        raise SourceError(NAME, "settings", "name no accounts", "put ours into channels.yml")
    try:
        start = first_id_at(parse_as_of(start_at))
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    auth = BearerTokenAuth(credentials.password)
    http = Http(NAME, credentials.base_url, auth=auth, policy=POLICY, own_wait=own_wait)
    lookback, every = timedelta(minutes=lookback_minutes), timedelta(hours=recheck_hours)

    @cache
    def ours() -> list[Row]:
        return our_accounts(http, handles)

    @dlt.resource(name="posts", **resources(NAME)["posts"].dlt_hints())
    def posts() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        held, read_to = Posts(state, now, key="id", kept=KEPT), {}
        for stream in streams(ours(), searches or []):
            since = max(start, int(state.get("read_to", {}).get(stream.name, start)))
            for rows in stream.read(http, since, now):
                if fresh := held.fresh(rows):
                    yield fresh
            read_to[stream.name] = str(first_id_at(now - lookback))
        yield from held.recheck(partial(looked_up, http), every)
        state["read_to"] = read_to
        held.forget_before(now - max(timedelta(days=keep_days), lookback))

    @dlt.resource(name="accounts", **resources(NAME)["accounts"].dlt_hints())
    def accounts_() -> Iterator[list[Row]]:
        seen = Seen(dlt.current.resource_state())
        if fresh := seen.fresh(({**row, "_at": 0} for row in ours()), "id", "_at"):
            yield [{name: value for name, value in row.items() if name != "_at"} for row in fresh]

    chosen = [posts, accounts_]
    if direct_messages:
        # Private: X shows them to their account only, not to the app.
        theirs = user_signature(credentials, NAME)
        in_our_name = Http(
            NAME, credentials.base_url, signature=theirs, policy=POLICY, own_wait=own_wait
        )

        @dlt.resource(name="direct_messages", **resources(NAME)["direct_messages"].dlt_hints())
        def talks() -> Iterator[list[Row]]:
            state, now = dlt.current.resource_state(), wall_now()
            account = direct.signed_in(in_our_name, ours())
            yield from direct.messages(in_our_name, account, state, now, start, every)
            state["read_to"] = str(first_id_at(now - lookback))

        chosen.append(talks)

    @dlt.source(name=NAME, max_table_nesting=0)
    def x() -> Any:
        return chosen

    return x()
