"""App Store: edits, responses and deletions that no filter tells of, and the staging it ends in."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from connectors import repull
from connectors.app_store.source import source
from connectors.contract import Credentials, SourceError
from sample.servers.app_store import ISSUER, KEY_ID, Store, app, new_key, pem
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
APP = "682658836"
DAY = timedelta(days=1)
KEY = new_key()


class Here:
    """The server of a test, its clock, and what signs in to it."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.api, self.now = store, api, NOW
        self.credentials = Credentials(
            base_url=address, login=ISSUER, password=pem(KEY), extra={"key_id": KEY_ID}
        )


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    store = Store(key=KEY)
    store.apps[APP] = {}
    api = app(store)
    with served(api) as address:
        found = Here(store, api, address)
        monkeypatch.setattr("connectors.app_store.source.wall_now", lambda: found.now)
        yield found


def pull(here: Here, **settings: Any) -> dict[str, int]:
    return extract("app_store", source(here.credentials, **{"apps": [APP], **settings}))


def on(day: int, hour: int = 8) -> str:
    """Apple writes times in its own zone."""
    return f"2026-06-{day:02d}T{hour:02d}:00:00-07:00"


def state() -> dict[str, Any]:
    import dlt

    from warehouse.settings import settings

    pipeline = dlt.attach("app_store_landing", pipelines_dir=str(settings().dlt))
    found: dict[str, Any] = pipeline.state["sources"]["app_store"]["resources"]["reviews"]
    return found


def test_all_pages_are_read_and_counted_against_apples_total(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.app_store.source.PAGE_SIZE", 2)
    for number in range(5):
        here.store.put(APP, f"r{number}", on(10 + number))
    assert pull(here) == {"reviews": 5}
    account = load("app_store")["reviews"]
    assert (account.received, account.accepted) == (5, 5)
    assert state()["vendor_count"]["count"] == 5


def test_runs_within_a_day_read_the_newest_only(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.app_store.source.PAGE_SIZE", 2)
    for number in range(8):
        here.store.put(APP, f"r{number}", on(1 + number))
    pull(here)
    here.now = NOW + DAY / 2
    here.store.asked.clear()
    here.store.put(APP, "new", on(20))
    assert pull(here) == {"reviews": 1}
    assert len(here.store.asked) == 1
    assert pull(here) == {}


def test_an_edit_and_a_late_response_show_in_the_daily_whole_read(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.app_store.source.PAGE_SIZE", 2)
    for number in range(6):
        here.store.put(APP, f"r{number}", on(1 + number))
    pull(here)
    load("app_store")
    here.store.apps[APP]["r0"]["attributes"]["body"] = "It works now"
    here.store.respond(APP, "r1", "Thank you", on(20))
    here.now = NOW + DAY
    assert pull(here) == {"reviews": 2}
    account = load("app_store")["reviews"]
    assert (account.accepted, account.duplicates) == (2, 0)


def test_a_deleted_review_loses_its_words_and_its_name(here: Here) -> None:
    for number in range(3):
        here.store.put(APP, f"r{number}", on(10 + number))
    pull(here)
    load("app_store")
    del here.store.apps[APP]["r1"]
    assert pull(here) == {}
    here.now = NOW + DAY
    assert pull(here) == {"reviews": 1}
    load("app_store")
    columns = "title, body, reviewer_nickname, rating, created_date, deleted"
    assert raw(f"select {columns} from raw_app_store.reviews where id = 'r1'") == [
        (None, None, None, None, on(11), True)
    ]
    assert raw("select count(*) from raw_app_store.reviews where not deleted") == [(2,)]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(here: Here) -> None:
    for number in range(3):
        here.store.put(APP, f"r{number}", on(10 + number))
    pull(here)
    del here.store.apps[APP]["r1"]
    repull.ask("app_store", ["reviews"])
    assert pull(here) == {"reviews": 3}
    load("app_store")
    assert raw("select id from raw_app_store.reviews where deleted") == [("r1",)]


def test_a_list_that_is_not_whole_deletes_nothing(
    here: Here, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        here.store.put(APP, f"r{number}", on(10 + number))
    pull(here)
    kept = here.store.apps[APP].pop("r1")
    here.store.miscounted, here.now = 1, NOW + DAY
    with caplog.at_level(logging.WARNING, "connectors.app_store.source"):
        assert pull(here) == {}
    assert "2 reviews came where Apple counts 3" in caplog.text
    here.store.apps[APP]["r1"], here.store.miscounted = kept, 0
    assert pull(here) == {}
    assert state()["vendor_count"]["count"] == 3


def test_a_fault_midway_moves_nothing_and_the_next_run_heals(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.app_store.source.PAGE_SIZE", 2)
    for number in range(5):
        here.store.put(APP, f"r{number}", on(10 + number))
    broken = True

    def between(request: Request) -> JSONResponse | None:
        is_second = "cursor" in request.query_params
        return JSONResponse({"meta": {}}) if broken and is_second else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match="answer has no list 'data'"):
        pull(here)
    broken = False
    assert pull(here) == {"reviews": 5}


def test_a_page_that_comes_again_ends_the_run(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.app_store.source.PAGE_SIZE", 2)
    for number in range(5):
        here.store.put(APP, f"r{number}", on(10 + number))
    first: list[Any] = []

    def between(request: Request) -> JSONResponse | None:
        return JSONResponse(first[0]) if first else None

    intercept(here.api, between)
    import httpx

    from connectors.app_store.source import sign_in

    token = sign_in(here.credentials)._renew()[0]
    path = f"/v1/apps/{APP}/customerReviews?limit=2&sort=-createdDate"
    answer = httpx.get(
        here.credentials.base_url + path, headers={"Authorization": f"Bearer {token}"}
    )
    first.append(answer.json())
    with pytest.raises(SourceError, match="a page brings no review that is new"):
        pull(here)


def test_sign_in_is_refused_in_one_line(here: Here) -> None:
    fine = here.credentials
    here.credentials = fine.model_copy(update={"password": pem(new_key())})
    with pytest.raises(SourceError, match="credentials refused") as caught:
        pull(here)
    assert "\n" not in str(caught.value)
    here.credentials = fine.model_copy(update={"password": "not a key"})
    with pytest.raises(SourceError, match="password is no private key for ES256"):
        pull(here)
    with pytest.raises(SourceError, match="names no key"):
        source(fine.model_copy(update={"extra": {}}), apps=[APP])


def test_an_individual_key_and_one_with_escaped_line_ends_sign_in(here: Here) -> None:
    here.store.put(APP, "r1", on(10))
    escaped = pem(KEY).replace("\n", "\\n")
    here.credentials = here.credentials.model_copy(update={"login": "", "password": escaped})
    assert pull(here) == {"reviews": 1}


def test_an_app_that_is_not_there_is_named(here: Here) -> None:
    with pytest.raises(SourceError, match="no app 1; correct apps in channels"):
        pull(here, apps=[1])
    with pytest.raises(SourceError, match="name no apps"):
        pull(here, apps=[])


def test_staging_gives_a_conversation_per_review(here: Here) -> None:
    here.store.put(APP, "bad", on(1), rating=1, title="Crash", body="It crashes")
    here.store.respond(APP, "bad", "Please update", on(2))
    here.store.put(APP, "good", on(19), rating=5)
    here.store.put(APP, "old", on(1))
    here.store.put(APP, "gone", on(3))
    pull(here)
    del here.store.apps[APP]["gone"]
    here.now = NOW + DAY
    pull(here)
    assert load("app_store")["reviews"].quarantined == 0
    build_staging("app_store", NOW)
    assert {
        id_: (c["channel"], c["status"], c["tags"], c["subject"], c["remote_was_deleted"])
        for id_, c in staged("app_store", "conversations").items()
    } == {
        "bad": ("social", "solved", '["rating:1"]', "Crash", False),
        "good": ("social", "new", '["rating:5"]', "So so", False),
        "old": ("social", "closed", '["rating:3"]', "So so", False),
        "gone": ("social", "closed", "[]", None, True),
    }
    messages = staged("app_store", "messages")
    assert {id_: (m["author_type"], m["body"], m["sent_at"]) for id_, m in messages.items()} == {
        "bad": ("customer", "Crash\nIt crashes", datetime(2026, 6, 1, 15, tzinfo=UTC)),
        "response-bad": ("agent", "Please update", datetime(2026, 6, 2, 15, tzinfo=UTC)),
        "good": ("customer", "So so\nIt works", datetime(2026, 6, 19, 15, tzinfo=UTC)),
        "old": ("customer", "So so\nIt works", datetime(2026, 6, 1, 15, tzinfo=UTC)),
        "gone": ("customer", None, datetime(2026, 6, 3, 15, tzinfo=UTC)),
    }
    assert staged("app_store", "contacts")["bad"]["name"] == "ann"
    assert list(staged("app_store", "agents")) == [APP]
