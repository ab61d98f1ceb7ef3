"""Reddit: listings without filters, edits, deletions and removals, and the staging it ends in."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from connectors.contract import Credentials, SourceError
from connectors.reddit.source import source
from sample.servers.reddit import CLIENT, PASSWORD, SECRET, USER, Store, app
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SUB = "FernhillHelp"


class Here:
    """The server of a test, and what signs in to it."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.api = store, api
        self.credentials = Credentials(
            base_url=address, login=CLIENT, password=SECRET,
            extra={"token_uri": f"{address}/token", "username": USER, "password": PASSWORD},
        )  # fmt: skip


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    store = Store(now=NOW)
    for name in (USER, "ann", "ben", "cat"):
        store.user(name)
    monkeypatch.setattr("connectors.reddit.source.wall_now", lambda: store.now)
    api = app(store)
    with served(api) as address:
        yield Here(store, api, address)


def pull(here: Here, **settings: Any) -> dict[str, int]:
    given: dict[str, Any] = {"subreddits": [SUB], "accounts": [USER], **settings}
    return extract("reddit", source(here.credentials, **given))


def asked(here: Here, path: str) -> list[dict[str, Any]]:
    return [params for where, params in here.store.asked if where == path]


def test_all_listings_are_read_page_by_page(here: Here) -> None:
    for n in range(130):
        post = here.store.post("ann", SUB, f"No {n}", "text", NOW - DAY + n * MINUTE)
    here.store.comment(USER, post, "sorry", NOW)
    assert pull(here) == {"things": 131, "accounts": 1}
    assert len(asked(here, f"/r/{SUB}/new")) == 2
    account = load("reddit")["things"]
    # Our comment stands in two listings and is landed once.
    assert (account.received, account.accepted, account.duplicates) == (131, 131, 0)


def test_second_run_stops_at_what_it_knows(here: Here) -> None:
    for n in range(250):
        here.store.post("ann", SUB, f"No {n}", "text", NOW - 20 * DAY + n * MINUTE)
    pull(here)
    here.store.asked.clear()
    here.store.post("ben", SUB, "New", "text", NOW + MINUTE)
    here.store.post("ben", SUB, "Listed late", "text", NOW - 30 * MINUTE)
    here.store.now = NOW + 5 * MINUTE
    assert pull(here) == {"things": 2}
    assert len(asked(here, f"/r/{SUB}/new")) == 1
    assert pull(here) == {}


def test_a_listing_that_ends_at_its_cap_is_said(
    here: Here, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("connectors.reddit.listings.NEARLY_CAP", 18)
    here.store.cap = 20
    for n in range(30):
        here.store.post("ann", SUB, f"No {n}", "text", NOW - DAY + n * MINUTE)
    with caplog.at_level(logging.WARNING, "connectors.reddit.listings"):
        assert pull(here)["things"] == 20
    (warning,) = caplog.messages
    assert f"r/{SUB} new: things from 2020-01-01T00:00:00Z to 2026-06-19T12:10:00Z" in warning


def test_the_inbox_brings_what_was_written_to_us_elsewhere(here: Here) -> None:
    there = here.store.post("cat", "lamps", "Lamps?", "which", NOW - DAY)
    named = here.store.comment("ann", there, f"ask u/{USER}", NOW - DAY)
    here.store.messages.append({"name": "t4_1", "created_utc": NOW.timestamp(), "body": "hello"})
    assert pull(here)["things"] == 1
    load("reddit")
    # The inbox does not say which post a comment stands under; the lookup does.
    assert raw("select name, link_id from raw_reddit.things") == [(named, there)]
    assert here.store.grants == ["password"]


def test_an_app_without_a_user_reads_no_inbox(here: Here) -> None:
    extra = {"token_uri": here.credentials.extra["token_uri"]}
    here.credentials = here.credentials.model_copy(update={"extra": extra})
    here.store.post("ann", SUB, "Hi", "text", NOW)
    assert pull(here)["things"] == 1
    assert here.store.grants == ["client_credentials"]
    assert not asked(here, "/message/inbox")


def test_deleted_and_removed_things_lose_words_and_names(here: Here) -> None:
    kept = here.store.post("ann", SUB, "Hi", "text", NOW - DAY)
    post = here.store.post("ben", SUB, "My number", "is 555", NOW - DAY)
    comment = here.store.comment("cat", kept, "rude", NOW - DAY)
    pull(here)
    load("reddit")
    here.store.delete(post)
    here.store.remove(comment)
    here.store.things[kept] |= {"selftext": "text, edited", "edited": NOW.timestamp()}
    here.store.cap = 0  # on no first page any more
    assert pull(here) == {}  # not yet time to look
    here.store.now = NOW + DAY
    assert pull(here) == {"things": 3}
    load("reddit")
    columns = "name, title, coalesce(selftext, body), author, deleted, edited_at"
    assert sorted(raw(f"select {columns} from raw_reddit.things")) == [
        (comment, None, None, None, True, None),
        (kept, "Hi", "text, edited", "ann", False, "2026-06-20T12:00:00Z"),
        (post, None, None, None, True, None),
    ]


def test_a_listing_that_shows_a_deletion_is_not_waited_for(here: Here) -> None:
    post = here.store.post("ben", SUB, "My number", "is 555", NOW - MINUTE)
    pull(here)
    here.store.delete(post)
    assert pull(here) == {"things": 1}
    load("reddit")
    assert raw("select title, deleted from raw_reddit.things") == [(None, True)]


def test_what_is_older_than_it_is_kept_lands_no_more_though_it_is_listed(here: Here) -> None:
    here.store.post("ben", SUB, "Hi", "text", NOW - DAY)
    pull(here, keep_days=5)
    for here.store.now in (NOW + 7 * DAY, NOW + 14 * DAY):
        assert pull(here, keep_days=5) == {}
    assert len(asked(here, "/api/info")) == 1


def test_what_a_lookup_is_silent_about_stays(here: Here) -> None:
    post = here.store.post("ben", SUB, "Hi", "text", NOW - DAY)
    pull(here)
    here.store.unlisted, here.store.now = {post}, NOW + DAY
    assert pull(here) == {}
    assert len(asked(here, "/api/info")) == 1


def test_a_fault_midway_moves_nothing_and_the_next_run_heals(here: Here) -> None:
    here.store.post("ann", SUB, "Hi", "text", NOW - DAY)
    broken = True

    def between(request: Request) -> JSONResponse | None:
        is_late = request.url.path.endswith("/submitted")
        return JSONResponse({"kind": "Listing"}) if broken and is_late else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match=r"/user/FernhillCare/submitted: page is no listing"):
        pull(here)
    broken = False
    assert pull(here) == {"things": 1, "accounts": 1}


def test_sign_in_is_refused_in_one_line(here: Here) -> None:
    fine = here.credentials
    here.credentials = fine.model_copy(update={"password": "not-it"})
    with pytest.raises(SourceError, match="/token: credentials refused") as caught:
        pull(here)
    assert "not-it" not in str(caught.value)
    wrong = {**fine.extra, "password": "not-it"}
    here.credentials = fine.model_copy(update={"extra": wrong})
    with pytest.raises(SourceError, match="/token: answer holds no access_token"):
        pull(here)
    here.credentials = fine
    with pytest.raises(SourceError, match="no account Fernhil; correct accounts in channels"):
        pull(here, accounts=["Fernhil"])
    with pytest.raises(SourceError, match="name no accounts"):
        pull(here, accounts=[])


def test_staging_gives_conversations_with_us_only(here: Here) -> None:
    store, begin = here.store, NOW - 2 * DAY
    news = store.post(USER, SUB, "New hours", "from Monday", begin)
    ann = store.post("ann", SUB, "Where is it", "a < b", begin + MINUTE)
    store.comment("ben", ann, "same here", begin + 2 * MINUTE)  # to Ann, not to us
    sorry = store.comment(USER, ann, "sorry", begin + 3 * MINUTE)
    store.comment(USER, sorry, "and again", begin + 4 * MINUTE)
    cat = store.comment("cat", news, "great", begin + 5 * MINUTE)
    gone = store.post("ben", SUB, "oh", "no", begin)
    pull(here)
    store.delete(gone)
    store.now = NOW + DAY
    pull(here)
    assert load("reddit")["things"].quarantined == 0
    build_staging("reddit", NOW)
    users = {name: f"t2_{id_}" for name, id_ in store.users.items()}
    assert {
        id_: (c["channel"], c["status"], c["subject"], c["tags"], c["remote_was_deleted"])
        for id_, c in staged("reddit", "conversations").items()
    } == {
        f"{ann}-{users['ann']}": ("social", "pending", "Where is it", '["r/FernhillHelp"]', False),
        f"{news}-{users['cat']}": ("social", "new", None, '["r/FernhillHelp"]', False),
        f"{gone}-{users['ben']}": ("social", "new", None, "[]", True),
    }
    messages = staged("reddit", "messages")
    assert {m["body"]: (m["author_type"], m["remote_was_deleted"]) for m in messages.values()} == {
        "Where is it\na < b": ("customer", False),
        "sorry": ("agent", False),
        "and again": ("agent", False),
        "great": ("customer", False),
        None: ("customer", True),
    }
    assert messages[cat]["conversation_remote_id"] == f"{news}-{users['cat']}"
    contacts = staged("reddit", "contacts")
    assert {c["name"]: c["external_ids"] for c in contacts.values()} == {
        "ann": '{"reddit":"ann"}',
        "cat": '{"reddit":"cat"}',
        None: None,
    }
    assert list(staged("reddit", "agents")) == [users[USER]]
