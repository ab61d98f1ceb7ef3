"""Google Play: the one-week list, what leaves it, replies, and the staging it ends in."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from connectors.contract import Credentials, SourceError
from connectors.google_play.source import source
from sample.servers.google_play import ACCOUNT, Store, app, new_key, pem
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
APP = "example.fernhill.app"
DAY = timedelta(days=1)
KEY = new_key()


class Here:
    """The server of a test, and what signs in to it."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.api = store, api
        store.token_uri = f"{address}/token"
        self.credentials = Credentials(
            base_url=address, login=ACCOUNT, password=pem(KEY),
            extra={"token_uri": store.token_uri},
        )  # fmt: skip


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    store = Store(key=KEY, now=NOW, packages={APP: {}})
    monkeypatch.setattr("connectors.google_play.source.wall_now", lambda: store.now)
    api = app(store)
    with served(api) as address:
        yield Here(store, api, address)


def pull(here: Here, **settings: Any) -> dict[str, int]:
    return extract("google_play", source(here.credentials, **{"packages": [APP], **settings}))


def test_pages_are_followed_by_token_with_one_sign_in(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.google_play.source.PAGE_SIZE", 2)
    for number in range(5):
        here.store.put(APP, f"gp:{number}", "fine", NOW - DAY)
    assert pull(here) == {"reviews": 5}
    assert here.store.tokens == 1
    account = load("google_play")["reviews"]
    assert (account.received, account.accepted) == (5, 5)
    assert pull(here) == {}


def test_an_app_without_reviews_has_an_answer_without_a_list(here: Here) -> None:
    assert pull(here) == {}


def test_changed_words_and_a_reply_land_and_the_first_time_stays(here: Here) -> None:
    here.store.put(APP, "gp:1", "bad", NOW - DAY)
    here.store.put(APP, "gp:2", "fine", NOW - DAY)
    pull(here)
    load("google_play")
    here.store.reply(APP, "gp:1", "Try again", NOW)
    here.store.put(APP, "gp:1", "better", NOW, starRating=4)
    assert pull(here) == {"reviews": 1}
    account = load("google_play")["reviews"]
    assert (account.accepted, account.duplicates) == (1, 0)
    columns = "text, star_rating, reply, user_modified_at, opened_at"
    assert raw(f"select {columns} from raw_google_play.reviews where review_id = 'gp:1'") == [
        ("better", 4, "Try again", "2026-06-20T12:00:00Z", "2026-06-19T12:00:00Z")
    ]


def test_a_review_that_is_listed_no_more_is_asked_for_before_it_counts_as_deleted(
    here: Here,
) -> None:
    for number in range(3):
        here.store.put(APP, f"gp:{number}", "fine", NOW - DAY)
    here.store.put(APP, "gp:old", "fine", NOW - 6 * DAY)
    pull(here)
    load("google_play")
    del here.store.packages[APP]["gp:1"]
    # Left out of the list once, and old enough to leave it: neither is deleted.
    hidden = here.store.packages[APP]["gp:2"]

    def between(request: Request) -> JSONResponse | None:
        if not request.url.path.endswith("/reviews"):
            return None
        listed = [r for r in here.store.packages[APP].values() if r is not hidden]
        return JSONResponse({"reviews": [r for r in listed if r["reviewId"] != "gp:old"]})

    intercept(here.api, between)
    here.store.now = NOW + DAY
    assert pull(here) == {"reviews": 1}
    assert sorted(here.store.asked) == ["gp:1", "gp:2"]
    load("google_play")
    columns = "review_id, text, author_name, comments, opened_at"
    assert raw(f"select {columns} from raw_google_play.reviews where deleted") == [
        ("gp:1", None, None, None, "2026-06-19T12:00:00Z")
    ]


def test_more_than_a_week_without_a_run_is_said(
    here: Here, caplog: pytest.LogCaptureFixture
) -> None:
    pull(here)
    here.store.now = NOW + 6 * DAY
    with caplog.at_level(logging.WARNING, "connectors.google_play.source"):
        pull(here)
        assert not caplog.messages
        here.store.now = NOW + 14 * DAY
        pull(here)
    (warning,) = caplog.messages
    assert "reviews from 2026-06-26T12:00:00Z to 2026-06-27T12:00:00Z are beyond" in warning


def test_a_fault_midway_moves_nothing_and_the_next_run_heals(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.google_play.source.PAGE_SIZE", 2)
    for number in range(5):
        here.store.put(APP, f"gp:{number}", "fine", NOW - DAY)
    broken = True

    def between(request: Request) -> JSONResponse | None:
        again = {"reviews": [], "tokenPagination": {"nextPageToken": "t2"}}
        return JSONResponse(again) if broken and "token" in request.query_params else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match="the same next page twice"):
        pull(here)
    broken = False
    assert pull(here) == {"reviews": 5}


def test_a_review_without_a_time_is_set_aside(here: Here) -> None:
    here.store.put(APP, "gp:1", "fine", NOW - DAY)
    here.store.packages[APP]["gp:1"]["comments"][0]["userComment"]["lastModified"]["seconds"] = ""
    here.store.put(APP, "gp:2", "fine", NOW - DAY)
    listed = {"reviews": list(here.store.packages[APP].values())}
    intercept(here.api, lambda r: JSONResponse(listed) if r.url.path.endswith("/reviews") else None)
    pull(here)
    account = load("google_play")["reviews"]
    assert (account.received, account.accepted, account.quarantined) == (2, 1, 1)


def test_sign_in_is_refused_in_one_line(here: Here) -> None:
    fine = here.credentials
    here.credentials = fine.model_copy(update={"password": pem(new_key())})
    with pytest.raises(SourceError, match=r"/token: credentials refused \(HTTP 400\)") as caught:
        pull(here)
    assert "\n" not in str(caught.value)
    here.credentials = fine.model_copy(update={"password": "not a key"})
    with pytest.raises(SourceError, match="password is no private key for RS256"):
        pull(here)
    with pytest.raises(SourceError, match="token_uri is not https"):
        source(fine.model_copy(update={"extra": {"token_uri": "http://x.example"}}), packages=[APP])


def test_an_app_that_is_not_there_is_named(here: Here) -> None:
    with pytest.raises(SourceError, match=r"no app example\.other; correct packages in channels"):
        pull(here, packages=["example.other"])
    with pytest.raises(SourceError, match="name no packages"):
        pull(here, packages=[])


def test_staging_gives_a_conversation_per_review(here: Here) -> None:
    begin = NOW - 6 * DAY
    here.store.put(
        APP, "gp:bad", "Crash\tIt crashes", begin, starRating=1, reviewerLanguage="de_DE"
    )
    here.store.reply(APP, "gp:bad", "Please update", begin + DAY)
    here.store.put(APP, "gp:es", "Good", NOW - DAY, originalText="Bueno", starRating=5)
    here.store.put(APP, "gp:gone", "\tfine", NOW - DAY)
    pull(here)
    del here.store.packages[APP]["gp:gone"]
    pull(here)
    assert load("google_play")["reviews"].quarantined == 0
    build_staging("google_play", NOW)
    assert {
        id_: (c["channel"], c["status"], c["tags"], c["subject"], c["remote_was_deleted"])
        for id_, c in staged("google_play", "conversations").items()
    } == {
        "gp:bad": ("social", "solved", '["rating:1"]', "Crash", False),
        "gp:es": ("social", "new", '["rating:5"]', None, False),
        "gp:gone": ("social", "new", "[]", None, True),
    }
    messages = staged("google_play", "messages")
    assert {id_: (m["author_type"], m["body"], m["sent_at"]) for id_, m in messages.items()} == {
        "gp:bad": ("customer", "Crash\nIt crashes", begin),
        "reply-gp:bad": ("agent", "Please update", begin + DAY),
        "gp:es": ("customer", "Bueno", NOW - DAY),
        "gp:gone": ("customer", None, NOW - DAY),
    }
    contacts = staged("google_play", "contacts")
    assert (contacts["gp:bad"]["name"], contacts["gp:bad"]["language"]) == ("Ann Lee", "de")
    assert list(staged("google_play", "agents")) == [APP]
