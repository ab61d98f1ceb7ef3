"""Meta: posts whose comments changed, deletions, error codes, and the staging it ends in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from connectors import repull
from connectors.contract import Credentials, SourceError
from connectors.http import Policy
from connectors.meta.source import source
from sample.servers.meta import APP_SECRET, INSTAGRAM, PAGE, TOKEN, Store, app
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ANN, BEN = "101", "102"


class Here:
    """The server of a test, what signs in to it, and the waits that it asked for."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.api, self.waits = store, api, list[float]()
        self.credentials = Credentials(base_url=address, password=TOKEN)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    store = Store(now=NOW)
    store.names |= {ANN: "Ann Lee", BEN: "Ben Ode"}
    monkeypatch.setattr("connectors.meta.source.wall_now", lambda: store.now)
    api = app(store)
    with served(api) as address:
        found = Here(store, api, address)
        policy = Policy(attempts=2, longest_wait=3900, sleep=found.waits.append)
        monkeypatch.setattr("connectors.meta.graph.POLICY", policy)
        yield found


def pull(here: Here, **settings: Any) -> dict[str, int]:
    return extract("meta", source(here.credentials, **settings))


def asked(here: Here, end: str) -> list[str]:
    return [path for path, _ in here.store.asked if path.endswith(end)]


def test_comments_and_replies_of_both_platforms_are_read_page_by_page(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.meta.graph.PAGE_SIZE", 2)
    for platform in ("facebook", "instagram"):
        post = here.store.post(platform, NOW - DAY)
        for number in range(5):
            root = here.store.comment(post, ANN, f"No {number}", NOW - DAY + number * MINUTE)
        for number in range(3):
            here.store.comment(post, BEN, f"Re {number}", NOW - DAY + number * MINUTE, root)
    assert pull(here) == {"comments": 16, "accounts": 2}
    account = load("meta")["comments"]
    assert (account.received, account.accepted, account.duplicates) == (16, 16, 0)
    replies = "select count(*) from raw_meta.comments where parent_id is not null"
    assert raw(replies) == [(6,)]
    # The links to next pages carry the token; they are not followed.
    assert not any("access_token" in params for _, params in here.store.asked)


def test_comments_are_read_again_only_where_a_post_has_changed(here: Here) -> None:
    quiet = here.store.post("facebook", NOW - DAY)
    here.store.comment(quiet, ANN, "one", NOW - DAY)
    busy = here.store.post("instagram", NOW - DAY)
    here.store.comment(busy, ANN, "two", NOW - DAY)
    pull(here)
    here.store.asked.clear()
    here.store.comment(busy, BEN, "three", NOW)
    assert pull(here) == {"comments": 1}
    assert asked(here, "/comments") == [f"/v23.0/{busy}/comments"]
    assert pull(here) == {}


def test_a_deleted_comment_loses_words_and_name(here: Here) -> None:
    post = here.store.post("facebook", NOW - DAY)
    kept = here.store.comment(post, ANN, "one", NOW - DAY)
    gone = here.store.comment(post, BEN, "my number is 555", NOW - DAY)
    pull(here)
    load("meta")
    del here.store.comments[gone]
    assert pull(here) == {"comments": 1}
    load("meta")
    columns = "id, message, author_name, author_id, deleted"
    assert raw(f"select {columns} from raw_meta.comments order by id") == [
        (kept, "one", "Ann Lee", ANN, False),
        (gone, None, None, BEN, True),
    ]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(here: Here) -> None:
    post = here.store.post("facebook", NOW - DAY)
    kept, gone = (here.store.comment(post, ANN, text, NOW - DAY) for text in ("one", "two"))
    pull(here)
    del here.store.comments[gone]
    repull.ask("meta", ["comments"])
    assert pull(here) == {"comments": 2}
    load("meta")
    assert raw("select id, deleted from raw_meta.comments order by id") == [
        (kept, False),
        (gone, True),
    ]


def test_the_last_comment_of_a_post_can_be_deleted_too(here: Here) -> None:
    post = here.store.post("instagram", NOW - DAY)
    only = here.store.comment(post, BEN, "oh", NOW - DAY)
    pull(here)
    del here.store.comments[only]
    assert pull(here) == {"comments": 1}


def test_a_comment_that_is_not_listed_but_there_is_not_deleted(here: Here) -> None:
    post = here.store.post("facebook", NOW - DAY)
    hidden = here.store.comment(post, ANN, "one", NOW - DAY)
    pull(here)
    here.store.unlisted = {hidden}
    here.store.comment(post, BEN, "two", NOW)
    assert pull(here) == {"comments": 1}
    assert asked(here, hidden) == [f"/v23.0/{hidden}"]


def test_posts_older_than_post_days_are_not_looked_at(here: Here) -> None:
    for platform in ("facebook", "instagram"):
        post = here.store.post(platform, NOW - 50 * DAY)
        here.store.comment(post, ANN, "one", NOW - 50 * DAY)
    assert pull(here)["comments"] == 2
    here.store.asked.clear()
    here.store.now = NOW + 20 * DAY
    assert pull(here) == {}
    assert asked(here, "/comments") == []


def test_direct_messages_are_read_down_to_the_last_run(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.meta.graph.PAGE_SIZE", 2)
    for number in range(5):
        at = NOW - DAY + number * MINUTE
        here.store.message("facebook", f"t_{number}", ANN, "hello", at)
        here.store.message("instagram", "t_ig", BEN, "hey", at)
    assert pull(here)["messages"] == 10
    here.store.asked.clear()
    here.store.message("facebook", "t_0", PAGE, "hi", NOW + MINUTE)
    here.store.now = NOW + 5 * MINUTE
    assert pull(here) == {"messages": 1}
    assert asked(here, "/messages") == ["/v23.0/t_0/messages"]
    load("meta")
    # Meta makes an address up for its users; it is nobody's.
    columns = raw("select * from raw_meta.messages where author_id = '101' limit 1")[0]
    assert not any("@facebook.com" in str(value) for value in columns)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
def test_a_limit_comes_as_400_and_is_waited_out(here: Here, code: int) -> None:
    here.store.post("facebook", NOW - DAY)
    here.store.fail, here.store.regain_minutes = [(code, 0)], 2
    assert pull(here) == {"accounts": 2}
    (wait,) = here.waits
    assert 120 <= wait <= 121


def test_a_limit_that_lasts_too_long_ends_the_run(here: Here) -> None:
    here.store.fail, here.store.regain_minutes = [(4, 0)], 90
    with pytest.raises(SourceError, match="rate limit reached, asks to wait 5400 s"):
        pull(here)


def test_an_error_that_may_pass_is_tried_again_and_another_is_not(here: Here) -> None:
    here.store.fail = [(2, 0)]
    assert pull(here) == {"accounts": 2}
    here.store.fail = [(10, 0)]
    with pytest.raises(SourceError, match=r"HTTP 400; see connectors/meta/README\.md"):
        pull(here)


def test_a_bad_token_is_said_without_it(here: Here) -> None:
    here.credentials = here.credentials.model_copy(update={"password": "not-it"})
    with pytest.raises(SourceError, match=r"credentials refused \(HTTP 401\)") as caught:
        pull(here)
    assert "not-it" not in str(caught.value)


def test_calls_are_proved_where_there_is_an_app_secret(here: Here) -> None:
    here.credentials = here.credentials.model_copy(update={"extra": {"app_secret": APP_SECRET}})
    assert pull(here) == {"accounts": 2}
    assert all(len(params["appsecret_proof"]) == 64 for _, params in here.store.asked)


def test_a_fault_midway_moves_nothing_and_the_next_run_heals(here: Here) -> None:
    for platform in ("facebook", "instagram"):
        post = here.store.post(platform, NOW - DAY)
        here.store.comment(post, ANN, "one", NOW - DAY)
    broken = True

    def between(request: Request) -> JSONResponse | None:
        is_late = request.url.path == f"/v23.0/{INSTAGRAM}/media"
        return JSONResponse({"paging": {}}) if broken and is_late else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match="page is no list"):
        pull(here)
    broken = False
    assert pull(here) == {"comments": 2, "accounts": 2}


def test_staging_gives_conversations_that_a_customer_spoke_in(here: Here) -> None:
    store, begin = here.store, NOW - 2 * DAY
    post = store.post("facebook", begin)
    ann = store.comment(post, ANN, "Where is it", begin + MINUTE)
    sorry = store.comment(post, PAGE, "Sorry", begin + 2 * MINUTE, ann)
    store.comment(post, BEN, "Mine too", begin + 3 * MINUTE, sorry)
    store.comment(post, PAGE, "Open on Monday", begin + 4 * MINUTE)
    unknown = store.comment(post, "", "Hm", begin + 5 * MINUTE)
    store.message("instagram", "t_ig", BEN, "hey", begin)
    store.message("instagram", "t_ig", INSTAGRAM, "hi", begin + MINUTE)
    media = store.post("instagram", begin)
    gone = store.comment(media, ANN, "oh", begin)
    pull(here)
    del store.comments[gone]
    pull(here)
    assert all(account.quarantined == 0 for account in load("meta").values())
    build_staging("meta", NOW)
    assert {
        id_: (c["status"], c["contact_remote_id"], c["tags"], c["remote_was_deleted"])
        for id_, c in staged("meta", "conversations").items()
    } == {
        ann: ("open", ANN, '["facebook:comment"]', False),
        unknown: ("new", None, '["facebook:comment"]', False),
        "t_ig": ("pending", BEN, '["instagram:direct"]', False),
        gone: ("new", ANN, '["instagram:comment"]', True),
    }
    messages = staged("meta", "messages")
    assert {
        (m["conversation_remote_id"], m["author_type"], m["body"]) for m in messages.values()
    } == {
        (ann, "customer", "Where is it"),
        (ann, "agent", "Sorry"),
        (ann, "customer", "Mine too"),
        (unknown, "customer", "Hm"),
        ("t_ig", "customer", "hey"),
        ("t_ig", "agent", "hi"),
        (gone, "customer", None),
    }
    names = {id_: contact["name"] for id_, contact in staged("meta", "contacts").items()}
    assert names == {ANN: "Ann Lee", BEN: "Ben Ode"}
    assert set(staged("meta", "agents")) == {PAGE, INSTAGRAM}
