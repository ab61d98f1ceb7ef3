"""Reddit on loopback: listings, lookups, accounts and tokens as its OAuth API has them.

Listings hold no more than the newest `cap` things and go on by `after`; what was deleted or removed
stays in place with the words Reddit puts there. Not part of Fernhill: a test fills a `Store`.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

CLIENT, SECRET = "rd-sample-app", "rd-sample-5e0c72f9a1"  # made up
USER, PASSWORD = "FernhillCare", "rd-sample-user-44b7"
THIN = {"name", "id", "author", "author_fullname", "body", "created_utc", "parent_id", "subreddit"}
Row = dict[str, Any]


@dataclass
class Store:
    """What Reddit knows. Change it between two runs as people would.

    Attributes:
        cap: things that a listing reaches back.
        unlisted: names that a lookup does not speak of.
        grants: kinds of the tokens that were handed out.
    """

    now: datetime = datetime(2026, 6, 20, 12, tzinfo=UTC)
    cap: int = 1000
    users: dict[str, str] = field(default_factory=dict)
    things: dict[str, Row] = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)
    unlisted: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)
    asked: list[tuple[str, Row]] = field(default_factory=list)

    def user(self, name: str) -> str:
        self.users[name] = f"u{len(self.users)}"
        return name

    def _put(self, kind: str, author: str, at: datetime, **own: Any) -> str:
        id_ = f"{kind}x{len(self.things):05d}"
        about = {"author": author, "author_fullname": f"t2_{self.users[author]}", "score": 1}
        made = {"created_utc": at.timestamp(), "edited": False, "removed_by_category": None}
        name = f"{kind}_{id_}"
        self.things[name] = {"name": name, "id": id_, **about, **made, **own}
        return name

    def post(self, author: str, subreddit: str, title: str, text: str, at: datetime) -> str:
        return self._put("t3", author, at, subreddit=subreddit, title=title, selftext=text)

    def comment(self, author: str, parent: str, text: str, at: datetime) -> str:
        above = self.things[parent]
        link = above.get("link_id", parent)
        own = {"parent_id": parent, "link_id": link, "subreddit": above["subreddit"]}
        return self._put("t1", author, at, body=text, **own)

    def delete(self, name: str) -> None:
        """Its author takes it back."""
        thing = self.things[name]
        thing |= {"author": "[deleted]", "body" if "body" in thing else "selftext": "[deleted]"}
        thing.pop("author_fullname", None)
        if "title" in thing:
            thing["removed_by_category"] = "deleted"

    def remove(self, name: str) -> None:
        """A moderator takes it away; the author of a comment stays named."""
        thing = self.things[name]
        thing["body" if "body" in thing else "selftext"] = "[removed]"


def app(store: Store) -> FastAPI:
    """The server."""
    api = FastAPI(openapi_url=None)
    basic = "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()

    @api.middleware("http")
    async def guard(request: Request, answer: Any) -> Response:
        if not request.headers.get("user-agent", "").startswith("server:heedline:"):
            return JSONResponse({"message": "Too Many Requests", "error": 429}, status_code=429)
        signed = request.headers.get("authorization", "")
        fits = signed == basic if request.url.path == "/token" else signed.startswith("Bearer rd-")
        if not fits:
            return JSONResponse({"message": "Unauthorized", "error": 401}, status_code=401)
        store.asked.append((request.url.path, dict(request.query_params)))
        given: Response = await answer(request)
        return given

    @api.post("/token")
    async def token(request: Request) -> Response:
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        grant = form.get("grant_type", "")
        if grant == "password" and (form.get("username"), form.get("password")) != (USER, PASSWORD):
            return JSONResponse({"error": "invalid_grant"})  # with status 200, as Reddit does
        store.grants.append(grant)
        body = {"access_token": f"rd-{grant}", "expires_in": 86400, "token_type": "bearer"}
        return JSONResponse(body)

    @api.get("/r/{subreddit}/{kind}")
    def subreddit(subreddit: str, kind: str, request: Request) -> Response:
        prefix = "t3" if kind == "new" else "t1"
        return listing(store, request, prefix, subreddit=subreddit)

    @api.get("/user/{name}/about")
    def about(name: str) -> Response:
        if name not in store.users:
            return JSONResponse({"message": "Not Found", "error": 404}, status_code=404)
        data = {"id": store.users[name], "name": name, "created_utc": 1_577_836_800.0}
        return JSONResponse({"kind": "t2", "data": data})

    @api.get("/user/{name}/{kind}")
    def user(name: str, kind: str, request: Request) -> Response:
        prefix = "t3" if kind == "submitted" else "t1"
        return listing(store, request, prefix, author=name)

    @api.get("/message/inbox")
    def inbox(request: Request) -> Response:
        if request.headers["authorization"] != "Bearer rd-password":
            return JSONResponse({"message": "Forbidden", "error": 403}, status_code=403)
        ours = {thing["name"] for thing in store.things.values() if thing["author"] == USER}

        def is_to_us(thing: Row) -> bool:
            named = f"u/{USER}" in thing.get("body", "")
            return thing["author"] != USER and (thing.get("parent_id") in ours or named)

        found = [t for t in store.things.values() if is_to_us(t)]
        thin = [{k: v for k, v in thing.items() if k in THIN} for thing in found]
        return page(store, request, [("t1", t) for t in thin] + [("t4", m) for m in store.messages])

    @api.get("/api/info")
    def info(id: str) -> Response:
        names = [n for n in id.split(",") if n in store.things and n not in store.unlisted]
        shown = [child(name[:2], store.things[name]) for name in names]
        return JSONResponse({"kind": "Listing", "data": {"after": None, "children": shown}})

    return api


def child(kind: str, thing: Row) -> Row:
    return {"kind": kind, "data": thing}


def listing(store: Store, request: Request, prefix: str, **fits: str) -> Response:
    found = [
        thing for name, thing in store.things.items()
        if name.startswith(prefix) and all(thing[k] == v for k, v in fits.items())
    ]  # fmt: skip
    return page(store, request, [(prefix, thing) for thing in found])


def page(store: Store, request: Request, found: list[tuple[str, Row]]) -> Response:
    """One page, newest first; `after` is the name of its last thing."""
    query = request.query_params
    reached = sorted(found, key=lambda f: f[1]["created_utc"], reverse=True)[: store.cap]
    names = [thing["name"] for _, thing in reached]
    start = names.index(query["after"]) + 1 if query.get("after") in names else 0
    size = int(query.get("limit", "25"))
    shown = reached[start : start + size]
    after = shown[-1][1]["name"] if start + size < len(reached) else None
    children = [child(kind, thing) for kind, thing in shown]
    return JSONResponse({"kind": "Listing", "data": {"after": after, "children": children}})
