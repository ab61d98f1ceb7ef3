"""X on loopback: lookups, timelines and recent search as API v2 has them.

Timelines end at their cap, search at seven days before the server's `now`; empty pages have no
`data`; deleted posts are errors of a lookup and silently absent elsewhere. Not part of Fernhill:
a test fills a `Store` and serves `app(store)`.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sample.servers.x_direct import PATHS, Talks

TOKEN = "x-sample-2c9d41e7b0"  # made up
EPOCH_MS = 1_288_834_974_657
PROBLEMS = "https://api.twitter.com/2/problems"
ALWAYS = {"id", "text", "edit_history_tweet_ids"}
Row = dict[str, Any]


@dataclass
class Store:
    """What X knows. Change it between two runs as people would.

    Attributes:
        deleted, protected: ids of posts, ids of users.
        talks: direct messages of the account that signs in by itself.
        largest_page: rows of a page, whatever larger number is asked for.
        left_in_window: requests until 429.
        asked: paths with their parameters.
    """

    now: datetime = datetime(2026, 6, 20, 12, tzinfo=UTC)
    mentions_cap: int = 800
    posts_cap: int = 3200
    users: dict[str, Row] = field(default_factory=dict)
    posts: dict[str, Row] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    talks: Talks = field(default_factory=Talks)
    largest_page: int = 100
    left_in_window: int = 10_000
    asked: list[tuple[str, Row]] = field(default_factory=list)

    def user(self, id_: str, handle: str, name: str) -> str:
        made = "2015-01-01T00:00:00.000Z"
        self.users[id_] = {"id": id_, "username": handle, "name": name, "created_at": made}
        return id_

    def put(self, author: str, text: str, at: datetime, answers: str = "", **more: Any) -> str:
        """A new post; its id. `answers` is the id of the post that it replies to."""
        number = int(at.timestamp() * 1000) - EPOCH_MS << 22
        while str(number) in self.posts:
            number += 1
        id_ = str(number)
        post: Row = {"id": id_, "text": text, "author_id": author, "conversation_id": id_}
        post |= {"edit_history_tweet_ids": [id_], "lang": "en"}
        post["created_at"] = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if answers:
            above = self.posts[answers]
            post["conversation_id"] = above["conversation_id"]
            post["in_reply_to_user_id"] = above["author_id"]
            post["referenced_tweets"] = [{"type": "replied_to", "id": answers}]
        self.posts[id_] = post | more
        return id_

    def edit(self, id_: str, text: str, at: datetime) -> str:
        """A new version of a post: a new post that knows the old ones, as they then know it."""
        old = self.posts[id_]
        new = self.put(old["author_id"], text, at)
        history = [*old["edit_history_tweet_ids"], new]
        self.posts[new] = {**old, **self.posts[new], "conversation_id": old["conversation_id"]}
        for version in history:
            self.posts[version]["edit_history_tweet_ids"] = history
        return new

    def is_shown(self, post: Row) -> bool:
        return post["id"] not in self.deleted and post["author_id"] not in self.protected


def app(store: Store) -> FastAPI:
    """The server."""
    api = FastAPI(openapi_url=None)

    @api.middleware("http")
    async def guard(request: Request, answer: Any) -> Response:
        by_app = request.headers.get("authorization") == f"Bearer {TOKEN}"
        if by_app and request.url.path in PATHS:
            kind, title = f"{PROBLEMS}/unsupported-authentication", "Unsupported Authentication"
            return problem(403, kind, title, "not with Application-Only")
        if not by_app and not store.talks.is_signed(request):
            return problem(401, "about:blank", "Unauthorized", "Unauthorized")
        store.asked.append((request.url.path, dict(request.query_params)))
        store.left_in_window -= 1
        if store.left_in_window < 0:
            limited = JSONResponse({"title": "Too Many Requests", "status": 429}, 429)
            limited.headers["x-rate-limit-reset"] = str(int(time.time()) + 600)
            return limited
        given: Response = await answer(request)
        return given

    @api.get("/2/users/by")
    def users(usernames: str) -> Response:
        by_handle = {user["username"].lower(): user for user in store.users.values()}
        asked = usernames.split(",")
        found = [by_handle[name.lower()] for name in asked if name.lower() in by_handle]
        errors = [
            missing("user", name, "username") for name in asked if name.lower() not in by_handle
        ]
        return JSONResponse(without_empty({"data": found, "errors": errors}))

    @api.get("/2/users/me")
    def me() -> Row:
        return {"data": store.users[store.talks.account]}

    @api.get("/2/dm_events")
    def talks(request: Request) -> Row:
        return store.talks.page(request.query_params, store.users, store.now, store.largest_page)

    @api.get("/2/users/{id_}/{timeline}")
    def listed(id_: str, timeline: str, request: Request) -> Response:
        if timeline == "mentions":
            cap, fits = store.mentions_cap, f"@{store.users[id_]['username']}"
        else:
            cap, fits = store.posts_cap, f"from:{store.users[id_]['username']}"
        # What is deleted takes its place within the cap and is not handed out.
        reached = matching(store, fits)[:cap]
        return page(store, reached, request, token="pagination_token", fewest=5)

    @api.get("/2/tweets/search/recent")
    def search(query: str, request: Request) -> Response:
        oldest = (int((store.now - timedelta(days=7)).timestamp() * 1000) - EPOCH_MS) << 22
        since = request.query_params.get("since_id")
        if since and int(since) < oldest:
            text = f"'since_id' must be a tweet id created after {store.now - timedelta(days=7)}"
            return problem(400, f"{PROBLEMS}/invalid-request", "Invalid Request", text)
        reached = [post for post in matching(store, query) if int(post["id"]) >= oldest]
        return page(store, reached, request, token="next_token", fewest=10)

    @api.get("/2/tweets")
    def lookup(ids: str, request: Request) -> Response:
        asked = ids.split(",")
        if len(asked) > 100:
            return problem(400, f"{PROBLEMS}/invalid-request", "Invalid Request", "too many ids")
        found, errors = [], []
        for id_ in asked:
            post = store.posts.get(id_)
            if post is None or id_ in store.deleted:
                errors.append(missing("tweet", id_, "ids"))
            elif post["author_id"] in store.protected:
                hidden = {"title": "Authorization Error"}
                hidden["type"] = f"{PROBLEMS}/not-authorized-for-resource"
                errors.append({**missing("tweet", id_, "ids"), **hidden})
            else:
                found.append(post)
        return JSONResponse(without_empty({**shown(store, found, request), "errors": errors}))

    return api


def matching(store: Store, query: str) -> list[Row]:
    """Posts that a query of handles, `from:` and words fits, newest first."""

    def fits(post: Row, term: str) -> bool:
        if term == "-is:retweet":
            kinds = [ref["type"] for ref in post.get("referenced_tweets", [])]
            return "retweeted" not in kinds
        if term.startswith("from:"):
            return bool(store.users[post["author_id"]]["username"] == term.removeprefix("from:"))
        return term.lower() in str(post["text"]).lower()

    found = [p for p in store.posts.values() if all(fits(p, term) for term in query.split())]
    return sorted(found, key=lambda post: int(post["id"]), reverse=True)


def page(store: Store, found: list[Row], request: Request, *, token: str, fewest: int) -> Response:
    """One page; its token names the post it ends before."""
    asked = request.query_params
    size = int(asked.get("max_results", "10"))
    if not fewest <= size <= 100:
        return problem(400, f"{PROBLEMS}/invalid-request", "Invalid Request", "max_results")
    size = min(size, store.largest_page)
    since, until = int(asked.get("since_id", "0")), int(asked.get("until_id", str(1 << 63)))
    after = int(asked.get(token, "t" + str(1 << 63))[1:])
    kept = [p for p in found if store.is_shown(p) and since < int(p["id"]) < min(until, after)]
    rows = kept[:size]
    meta: Row = {"result_count": len(rows)}
    if rows:
        meta |= {"newest_id": rows[0]["id"], "oldest_id": rows[-1]["id"]}
    if len(kept) > size:
        meta["next_token"] = f"t{rows[-1]['id']}"
    return JSONResponse(without_empty({**shown(store, rows, request), "meta": meta}))


def shown(store: Store, rows: list[Row], request: Request) -> Row:
    """Posts with the fields that were asked for, and their authors when they were."""
    asked = request.query_params
    fields = ALWAYS | set(asked.get("tweet.fields", "").split(","))
    body: Row = {"data": [{k: v for k, v in row.items() if k in fields} for row in rows]}
    if "author_id" in asked.get("expansions", "").split(","):
        authors = {row["author_id"]: store.users[row["author_id"]] for row in rows}
        body["includes"] = without_empty({"users": list(authors.values())})
    return body


def without_empty(body: Row) -> Row:
    return {key: value for key, value in body.items() if value}


def missing(kind: str, value: str, parameter: str) -> Row:
    return {
        "value": value,
        "resource_id": value,
        "parameter": parameter,
        "resource_type": kind,
        "title": "Not Found Error",
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "type": f"{PROBLEMS}/resource-not-found",
    }


def problem(status: int, kind: str, title: str, detail: str) -> JSONResponse:
    body = {"type": kind, "title": title, "detail": detail, "status": status}
    return JSONResponse(body, status_code=status)
