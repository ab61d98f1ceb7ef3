"""Reviews and social networks. They reach back days, so what they hold is as old as the run."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from sample.servers import app_store, google_play, meta, reddit, x, x_direct
from tests.connectors import test_app_store, test_google_play
from tests.connectors.faults.surprises import Row, Where
from tests.connectors.faults.tried import Tried
from warehouse.clock import iso, wall_now

HOUR = timedelta(hours=1)
APPLE_APP, ANDROID_APP, SUBREDDIT = "682658836", "example.fernhill.app", "FernhillHelp"


def _app_store(_: Path) -> FastAPI:
    store = app_store.Store(key=test_app_store.KEY)
    for number in range(5):
        store.put(APPLE_APP, f"r{number}", iso(wall_now() - number * HOUR))
    store.respond(APPLE_APP, "r3", "Thank you", iso(wall_now()))
    return app_store.app(store)


def _attributes(body: Any) -> list[Row]:
    return [row["attributes"] for row in body["data"]]


def _google_play(_: Path) -> FastAPI:
    now = wall_now()
    store = google_play.Store(key=test_google_play.KEY, now=now)
    api = google_play.app(store)
    for number in range(5):
        store.put(ANDROID_APP, f"gp:{number}", "fine", now - number * HOUR)
    store.reply(ANDROID_APP, "gp:3", "Thank you", now)

    # Assertions are made out to the address that the client sees, which is the proxy's.
    @api.middleware("http")
    async def at_this_address(request: Any, answer: Any) -> Any:
        store.token_uri = str(request.base_url) + "token"
        return await answer(request)

    return api


def _x(_: Path) -> FastAPI:
    now = wall_now()
    store = x.Store(now=now, largest_page=10)
    us, ann = store.user("900", "FernhillHelp", "Fernhill"), store.user("101", "ann", "Ann Lee")
    for number in range(1, 25):
        asked = store.put(ann, f"@FernhillHelp {number}", now - number * HOUR)
    store.put(us, "sorry", now - HOUR, asked)
    store.put(ann, "fernhill is slow", now - HOUR)
    for number in range(1, 15):
        store.talks.say((us, ann)[number % 2], f"{ann}-{us}", f"No {number}", now - number * HOUR)
    return x.app(store)


def _reddit(_: Path) -> FastAPI:
    now = wall_now().replace(microsecond=0)
    store = reddit.Store(now=now)
    for name in (reddit.USER, "ann", "cat"):
        store.user(name)
    for number in range(1, 6):
        post = store.post("ann", SUBREDDIT, f"No {number}", "text", now - number * HOUR)
    store.comment(reddit.USER, post, "sorry", now - HOUR)
    there = store.post("cat", "lamps", "Lamps?", "which", now - HOUR)
    store.comment("ann", there, f"ask u/{reddit.USER}", now - HOUR)
    return reddit.app(store)


def _of_listing(body: Any) -> list[Row]:
    return [child["data"] for child in (body.get("data") or {}).get("children", [])]


def _meta(_: Path) -> FastAPI:
    now, ann = wall_now().replace(microsecond=0), "101"
    store = meta.Store(now=now)
    store.names[ann] = "Ann Lee"
    for platform in ("facebook", "instagram"):
        post = store.post(platform, now - 9 * HOUR)
        for number in range(3):
            root = store.comment(post, ann, f"No {number}", now - number * HOUR)
        store.comment(post, ann, "Re", now - HOUR, root)
        for number in range(3):
            store.message(platform, f"t_{platform}", ann, "hello", now - number * HOUR)
    return meta.app(store)


PUBLIC = (
    Tried(
        "app_store",
        _app_store,
        (app_store.ISSUER, app_store.pem(test_app_store.KEY)),
        {"apps": [APPLE_APP]},
        extra=lambda _: {"key_id": app_store.KEY_ID},
        small={"connectors.app_store.source.PAGE_SIZE": 2},
        holds=Where(records=_attributes),
        numbers=("rating",),
    ),
    Tried(
        "google_play",
        _google_play,
        (google_play.ACCOUNT, google_play.pem(test_google_play.KEY)),
        {"packages": [ANDROID_APP]},
        extra=lambda address: {"token_uri": f"{address}/token"},
        small={"connectors.google_play.source.PAGE_SIZE": 2},
        nested=("comments",),
        shows={"comments": "opened_at"},
    ),
    Tried(
        "x",
        _x,
        ("", x.TOKEN),
        {"accounts": ["@FernhillHelp"], "searches": ["fernhill slow"], "direct_messages": True},
        extra=lambda _: x_direct.KEYS,
        secrets=tuple(x_direct.KEYS),
        nested=("edit_history_tweet_ids", "referenced_tweets"),
    ),
    Tried(
        "reddit",
        _reddit,
        (reddit.CLIENT, reddit.SECRET),
        {"subreddits": [SUBREDDIT], "accounts": [reddit.USER]},
        extra=lambda address: {
            "token_uri": f"{address}/token",
            "username": reddit.USER,
            "password": reddit.PASSWORD,
        },
        secrets=("password",),
        small={"connectors.reddit.listings.PAGE_SIZE": 2},
        holds=Where(records=_of_listing),
        picks=True,
    ),
    Tried(
        "meta",
        _meta,
        ("", meta.TOKEN),
        small={"connectors.meta.graph.PAGE_SIZE": 2},
        holds=Where(r"/v[\d.]+/[^/]+/(comments|messages|replies)"),
        picks=True,
        nested=("from",),
        # Meta's limits are counted over an hour: that pause is kept.
        says={"limited_for_an_hour": ""},
    ),
)
