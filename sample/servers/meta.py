"""Meta's Graph API on loopback: a page's posts, Instagram media, comments, direct messages.

Pages by cursor (the last one has a cursor too), errors as 400 with Meta's codes, links that carry
the token. Not part of Fernhill: a test fills a `Store`.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN, APP_SECRET = "me-sample-c1f8047bd9", "me-sample-app-3b6e"  # made up
PAGE, INSTAGRAM = "1900", "1784"
Row = dict[str, Any]


def written(at: datetime) -> str:
    """Meta's way of writing a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


@dataclass
class Store:
    """What Meta knows. Change it between two runs as people would.

    Attributes:
        hidden_under: comments that are counted under a post and not handed out.
        unlisted: comments that no list has and that are still there.
        fail: (code, subcode) of the errors that the next requests get.
        regain_minutes: what an error of a limit says of its end.
    """

    now: datetime = datetime(2026, 6, 20, 12, tzinfo=UTC)
    posts: dict[str, Row] = field(default_factory=dict)
    comments: dict[str, Row] = field(default_factory=dict)
    messages: dict[str, Row] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=lambda: {PAGE: "Fernhill", INSTAGRAM: "fernhill"})
    hidden_under: dict[str, int] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    fail: list[tuple[int, int]] = field(default_factory=list)
    regain_minutes: int = 0
    asked: list[tuple[str, Row]] = field(default_factory=list)

    def post(self, platform: str, at: datetime) -> str:
        id_ = f"{PAGE if platform == 'facebook' else INSTAGRAM}_{len(self.posts)}"
        self.posts[id_] = {"id": id_, "platform": platform, "at": at, "changed": at}
        return id_

    def comment(self, post: str, author: str, text: str, at: datetime, under: str = "") -> str:
        id_ = f"{post}_c{len(self.comments)}"
        own = {"id": id_, "post": post, "author": author, "text": text, "at": at, "under": under}
        self.comments[id_] = own
        self.posts[post]["changed"] = max(at, self.posts[post]["changed"])
        return id_

    def message(self, platform: str, thread: str, author: str, text: str, at: datetime) -> str:
        id_ = f"m_{len(self.messages)}"
        own = {"id": id_, "platform": platform, "thread": thread, "author": author}
        self.messages[id_] = own | {"text": text, "at": at}
        return id_

    def under(self, post: str) -> list[Row]:
        found = [c for c in self.comments.values() if c["post"] == post]
        return sorted(found, key=lambda c: (c["at"], c["id"]), reverse=True)

    def author(self, id_: str) -> Row:
        return {"from": {"id": id_, "name": self.names.get(id_, id_)}} if id_ else {}


def app(store: Store) -> FastAPI:
    """The server."""
    api = FastAPI(openapi_url=None)

    @api.middleware("http")
    async def guard(request: Request, answer: Any) -> Response:
        store.asked.append((request.url.path, dict(request.query_params)))
        proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
        if request.query_params.get("appsecret_proof", proof) != proof:
            return error(100, 0, "Invalid appsecret_proof provided in the API argument")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(190, 0, "Error validating access token")
        if store.fail:
            failed = error(*store.fail.pop(0), "Failed")
            wait = f'"estimated_time_to_regain_access": {store.regain_minutes}'
            failed.headers["X-Business-Use-Case-Usage"] = f'{{"{PAGE}": [{{{wait}}}]}}'
            return failed
        given: Response = await answer(request)
        return given

    @api.get("/{version}/me")
    def me() -> Response:
        business = {"id": INSTAGRAM, "username": store.names[INSTAGRAM]}
        page = {"id": PAGE, "name": store.names[PAGE], "instagram_business_account": business}
        return JSONResponse(page)

    @api.get("/{version}/{id_}")
    def one(id_: str) -> Response:
        return JSONResponse({"id": id_}) if id_ in store.comments else error(100, 33, "Not there")

    @api.get("/{version}/{id_}/{edge}")
    def listed(id_: str, edge: str, request: Request) -> Response:
        if id_ in store.posts and edge == "comments":
            return paged(request, comments(store, store.posts[id_]))
        if id_ in store.comments and edge == "replies":
            post = store.posts[store.comments[id_]["post"]]
            return paged(request, [instagram(store, c) for c in store.under(post["id"])
                                   if c["under"] == id_])  # fmt: skip
        if edge in ("feed", "media"):
            return paged(request, posts(store, edge, int(request.query_params.get("since", "0"))))
        if edge == "conversations":
            return paged(request, conversations(store, request.query_params["platform"]))
        return paged(request, messages(store, id_))

    return api


def posts(store: Store, edge: str, since: int) -> list[Row]:
    platform = "facebook" if edge == "feed" else "instagram"
    found = [p for p in store.posts.values() if p["platform"] == platform]
    found.sort(key=lambda p: p["at"], reverse=True)
    rows = []
    for post in found:
        if post["at"].timestamp() < since:
            continue
        count = len(store.under(post["id"])) + store.hidden_under.get(post["id"], 0)
        if platform == "facebook":
            summary = {"data": [], "summary": {"total_count": count}}
            times = {"created_time": written(post["at"]), "updated_time": written(post["changed"])}
            rows.append({"id": post["id"], **times, "comments": summary})
        else:
            own = {"timestamp": written(post["at"]), "comments_count": count}
            rows.append({"id": post["id"], **own})
    return rows


def comments(store: Store, post: Row) -> list[Row]:
    listed = [c for c in store.under(post["id"]) if c["id"] not in store.unlisted]
    if post["platform"] == "instagram":
        return [instagram(store, c) for c in listed if not c["under"]]
    return [
        {"id": c["id"], "message": c["text"], "created_time": written(c["at"])}
        | store.author(c["author"])
        | ({"parent": {"id": c["under"]}} if c["under"] else {})
        for c in listed
    ]


def instagram(store: Store, comment: Row) -> Row:
    row: Row = {"id": comment["id"], "text": comment["text"], "timestamp": written(comment["at"])}
    row["username"] = store.names.get(comment["author"], comment["author"])
    row["from"] = {"id": comment["author"], "username": row["username"]}
    below = [c for c in store.under(comment["post"]) if c["under"] == comment["id"]]
    return row | ({"replies": {"data": [{"id": below[0]["id"]}]}} if below else {})


def conversations(store: Store, platform: str) -> list[Row]:
    named = "facebook" if platform == "messenger" else platform
    newest: dict[str, datetime] = {}
    for message in store.messages.values():
        if message["platform"] == named:
            thread, at = message["thread"], message["at"]
            newest[thread] = max(at, newest.get(thread, at))
    order = sorted(newest, key=lambda thread: newest[thread], reverse=True)
    return [{"id": thread, "updated_time": written(newest[thread])} for thread in order]


def messages(store: Store, thread: str) -> list[Row]:
    found = [m for m in store.messages.values() if m["thread"] == thread]
    found.sort(key=lambda m: (m["at"], m["id"]), reverse=True)
    rows = []
    for message in found:
        own = {"id": message["id"], "created_time": written(message["at"])}
        author = store.author(message["author"])
        author["from"]["email"] = f"{message['author']}@facebook.com"
        rows.append({**own, "message": message["text"], **author})
    return rows


def paged(request: Request, rows: list[Row]) -> Response:
    """One page. The cursor names the row it ends at."""
    query = request.query_params
    size, start = int(query.get("limit", "25")), int(query.get("after", "c0")[1:])
    body: Row = {"data": rows[start : start + size]}
    if body["data"]:
        after = f"c{start + size}"
        body["paging"] = {"cursors": {"before": f"c{start}", "after": after}}
        if start + size < len(rows):
            link = request.url.include_query_params(after=after, access_token=TOKEN)
            body["paging"]["next"] = str(link)
    return JSONResponse(body)


def error(code: int, subcode: int, message: str) -> JSONResponse:
    told = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return JSONResponse({"error": told}, status_code=400)
