"""Reddit → posts and comments of named subreddits, our own, and what was written to us.

Listings tell what is new, never what was edited, deleted or removed: the things of the last weeks
are looked up again once a day.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http, Policy, Refused
from connectors.posts import Posts
from connectors.reddit.listings import NAME, NEXT_RUN, Listing, Row, is_gone, looked_up
from connectors.seen import Seen
from connectors.tokens import RenewedToken, fetched
from warehouse.clock import BadTimestamp, iso, parse_as_of, wall_now

TOKEN_URI = "https://www.reddit.com/api/v1/access_token"  # noqa: S105 (an address)
KEPT = ("link_id", "parent_id", "author_fullname")
# Limits are dealt out in windows of ten minutes.
POLICY = Policy(longest_wait=11 * 60)


def sign_in(credentials: Credentials, headers: dict[str, str]) -> RenewedToken:
    """Tokens of a script app: of its user where the connection names one, else of the app alone."""
    extra = credentials.extra
    form = {"grant_type": "client_credentials"}
    if user := extra.get("username"):
        form = {"grant_type": "password", "username": user, "password": extra.get("password", "")}
    app = HttpBasicAuth(credentials.login, credentials.password)
    token_uri = str(extra.get("token_uri") or TOKEN_URI)
    return fetched(NAME, token_uri, lambda: form, auth=app, headers=headers)


def our_account(http: Http, name: str) -> Row:
    """An account of ours: its name, its id as things name their authors, since when it is there.

    Raises:
        SourceError: there is none of that name.
    """
    path = f"/user/{name}/about"
    try:
        answer = http.get(path)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        remedy = "correct accounts in channels.yml"
        raise SourceError(NAME, path, f"no account {name}", remedy) from None
    about = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(about, dict) or not about.get("id"):
        raise SourceError(NAME, path, "answer is no account", NEXT_RUN)
    return {
        "fullname": f"t2_{about['id']}",
        "name": about.get("name"),
        "created_utc": about.get("created_utc"),
    }


def source(
    credentials: Credentials,
    *,
    subreddits: list[str],
    accounts: list[str],
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: int = 60,
    recheck_hours: int = 24,
    keep_days: int = 30,
) -> DltSource:
    """The resources `things` and `accounts` (nothing is requested yet).

    Args:
        credentials: base_url https://oauth.reddit.com, login and password the id and secret of a
            script app, extra `username` and `password` of its user (for the inbox).
        subreddits: those in which everything is read.
        accounts: our users.
        start_at: what was written before is not read.
        lookback_minutes: before the last run, read again.
        recheck_hours: how often the things held are looked up again.
        keep_days: how old a thing may be to be looked up again.

    Raises:
        SourceError: no accounts, or `start_at` is no time.
    """
    if not accounts:
        raise SourceError(NAME, "settings", "name no accounts", "put ours into channels.yml")
    try:
        start = parse_as_of(start_at)
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    # Reddit holds back clients that do not say who they are.
    headers = {"User-Agent": f"server:heedline:1 (by /u/{accounts[0]})"}
    http = Http(
        NAME,
        credentials.base_url,
        auth=sign_in(credentials, headers),
        headers=headers,
        policy=POLICY,
    )
    lookback = timedelta(minutes=lookback_minutes)

    listings = [Listing(f"r/{name} {kind}", f"/r/{name}/{kind}")
                for name in subreddits for kind in ("new", "comments")]  # fmt: skip
    listings += [Listing(f"u/{name} {kind}", f"/user/{name}/{kind}")
                 for name in accounts for kind in ("submitted", "comments")]  # fmt: skip
    if credentials.extra.get("username"):
        listings.append(Listing("inbox", "/message/inbox", thin=True))

    @cache
    def ours() -> list[Row]:
        return [our_account(http, name) for name in accounts]

    def landing(held: Posts, listing: Listing, since: datetime) -> Iterator[list[Row]]:
        for rows in listing.read(http, since):
            gone = {row["name"] for row in rows if is_gone(row) and row.get("name")}
            # A page shows older things too: those that are held may have changed.
            there = [
                row
                for row in rows
                if row.get("name") not in gone
                and (not row["posted_at"] or row["posted_at"] >= iso(since) or row["name"] in held)
            ]
            if listing.thin and there:
                there, more = looked_up(http, [row["name"] for row in there])
                gone |= more
            if found := held.fresh(there) + held.marks(gone):
                yield found

    @dlt.resource(name="things", **resources(NAME)["things"].dlt_hints())
    def things() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        held, read_to = Posts(state, now, key="name", kept=KEPT), {}
        for listing in listings:
            known = state.get("read_to", {}).get(listing.name)
            yield from landing(held, listing, max(start, parse_as_of(known)) if known else start)
            read_to[listing.name] = iso(now - lookback)
        yield from held.recheck(partial(looked_up, http), timedelta(hours=recheck_hours))
        state["read_to"] = read_to
        held.forget_before(now - max(timedelta(days=keep_days), lookback))

    @dlt.resource(name="accounts", **resources(NAME)["accounts"].dlt_hints())
    def accounts_() -> Iterator[list[Row]]:
        seen = Seen(dlt.current.resource_state())
        if fresh := seen.fresh(ours(), "fullname", "created_utc"):
            yield fresh

    @dlt.source(name=NAME, max_table_nesting=0)
    def reddit() -> Any:
        return things, accounts_

    return reddit()
