"""Helpjuice: lists by page number, view counters, searches by day, and the staging they end in."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors import repull
from connectors.contract import SourceError
from connectors.counts import vendor_counts
from connectors.helpjuice.source import source
from connectors.http import Policy
from sample.servers.helpjuice import Account, app
from tests.connectors.slices import (
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)

KEY = "hj-sample-ffb722a62e"
# Wide enough that few requests cover the days from then to today.
SETTINGS: dict[str, Any] = {"start_at": "2025-03-01T00:00:00Z", "window_days": 5000, "page_size": 2}
NO_ID = '{"meta": {"total_pages": 1, "total_count": 1}, "searches": [{}]}'


def article(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "name": f"Watering {number}",
        "views": 10 * number,
        "accessibility": 1,
        "codename": f"watering-{number}",
        "created_at": f"2025-01-0{number}T09:00:00.000Z",
        "updated_at": f"2025-02-0{number}T09:00:00.000Z",
        "published": True,
        "answer": {"body": "<p>Twice a week.</p>", "format": "html"},
        "url": f"https://help.fernhill.example/watering-{number}",
    }
    return {**row, **changes}


def category(number: int) -> dict[str, Any]:
    held = {"published_questions": [{"id": 1, "name": "Watering 1"}], "draft_questions": []}
    return {"id": number, "name": f"Plants {number}", "codename": f"plants-{number}", **held}


def search(number: int, moment: str, **changes: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "query": "pump",
        "ip": "198.51.100.7",
        "search_count": 1,
        "found_answer": False,
        "found_answers": 0,
        "contacted_support": False,
        "created_at": moment,
        "updated_at": moment,
        "clicked": False,
        "views": 0,
        "user_id": None,
    }
    return {**row, **changes}


class House:
    """An account, its server, and the connector signed in there."""

    def __init__(self, account: Account, api: FastAPI, address: str) -> None:
        self.account, self.api, self.address = account, api, address

    def pull(self, secret: str = KEY, **settings: Any) -> dict[str, int]:
        there = credentials(self.address, "", secret)
        policy = Policy(sleep=lambda _: None)
        return extract("helpjuice", source(there, **{**SETTINGS, "policy": policy, **settings}))


@pytest.fixture(scope="module")
def serving() -> Iterator[House]:
    account = Account(KEY)
    api = app(account)
    with served(api) as address:
        yield House(account, api, address)


def fill(account: Account) -> None:
    for number in range(1, 6):
        account.put("articles", article(number))
    for number in range(1, 4):
        account.put("categories", category(number))
    days = ("2025-03-09", "2025-03-08", "2025-03-01", "2025-02-28")
    account.searches = [search(9 - n, f"{day}T10:00:00.000Z") for n, day in enumerate(days)]


@pytest.fixture
def helpjuice(serving: House) -> House:
    """The server's account, filled anew: five articles, two to a page."""
    serving.account.__init__(KEY)  # type: ignore[misc]
    serving.api.user_middleware.clear()
    serving.api.middleware_stack = None
    fill(serving.account)
    return serving


def test_every_page_of_every_list_arrives_once(helpjuice: House) -> None:
    found = helpjuice.pull()
    assert found == {"articles": 5, "article_views": 5, "categories": 3, "searches": 3}
    accounts = load("helpjuice")
    assert {name: account.accepted for name, account in accounts.items()} == found
    assert all(not account.quarantined for account in accounts.values())
    counts = {name: said.number for name, said in vendor_counts("helpjuice").items()}
    assert counts == {"articles": 5, "categories": 3, "searches": 3}


def test_what_has_not_changed_does_not_land_again(helpjuice: House) -> None:
    helpjuice.pull()
    assert helpjuice.pull() == {}
    helpjuice.account.put("categories", category(2) | {"name": "Trees"})
    assert helpjuice.pull() == {"categories": 1}


def test_today_is_asked_for_though_the_vendor_leaves_it_out(helpjuice: House) -> None:
    helpjuice.account.searches = [search(1, "2025-03-10T08:00:00.000Z")]
    assert helpjuice.pull()["searches"] == 1


def test_a_search_that_changes_later_is_replaced(helpjuice: House) -> None:
    helpjuice.pull(lookback_days=5000)
    load("helpjuice")
    moved = {"clicked": True, "updated_at": "2025-03-09T10:05:00.000Z"}
    helpjuice.account.searches[0].update(moved)
    assert helpjuice.pull(lookback_days=5000) == {"searches": 1}
    load("helpjuice")
    assert raw("select id from raw_helpjuice.searches where clicked") == [(9,)]


def test_no_network_address_lands_and_a_reader_is_the_same_on_one_day_only(
    helpjuice: House,
) -> None:
    day, other = "2025-03-05T10:00:00.000Z", "2025-03-06T10:00:00.000Z"
    helpjuice.account.searches = [search(n, day) for n in (1, 2)] + [search(3, other)]
    helpjuice.account.searches += [search(4, day, ip="203.0.113.9"), search(5, day, ip=None)]
    helpjuice.pull()
    load("helpjuice")
    sessions = dict(raw("select id, declared_session from raw_helpjuice.searches"))
    assert sessions[1] == sessions[2]
    assert len({sessions[n] for n in (1, 3, 4, 5)}) == 4
    assert sessions[5] is None
    rows = raw("select cast(searches as varchar) from raw_helpjuice.searches")
    assert not [text for (text,) in rows if "198.51.100.7" in text]


def test_an_article_that_is_gone_is_told_and_may_come_back(helpjuice: House) -> None:
    helpjuice.pull()
    load("helpjuice")
    del helpjuice.account.records["articles"][2]
    assert helpjuice.pull() == {"articles": 1}
    load("helpjuice")
    assert raw("select id, name from raw_helpjuice.articles where declared_deleted") == [(2, None)]
    assert helpjuice.pull() == {}
    helpjuice.account.put("articles", article(2))
    helpjuice.pull()
    load("helpjuice")
    assert raw("select count(*) from raw_helpjuice.articles where declared_deleted") == [(0,)]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(helpjuice: House) -> None:
    pulled = helpjuice.pull()
    del helpjuice.account.records["articles"][2]
    repull.ask("helpjuice", ["articles"])
    assert helpjuice.pull() == {"articles": pulled["articles"]}
    load("helpjuice")
    assert raw("select id from raw_helpjuice.articles where declared_deleted") == [(2,)]


def test_an_article_that_slipped_to_a_page_before_is_not_taken_for_deleted(
    helpjuice: House,
) -> None:
    helpjuice.pull()

    def deleted_meanwhile(request: Request) -> Response | None:
        if request.url.path.endswith("/articles") and request.query_params.get("page") == "2":
            helpjuice.account.records["articles"].pop(1, None)
        return None

    intercept(helpjuice.api, deleted_meanwhile)
    # Article 3 moved to the page that was read already: it is looked up, and there.
    assert helpjuice.pull() == {}
    assert any("/articles/3" in asked for asked in helpjuice.account.asked)
    assert helpjuice.pull() == {"articles": 1}


def test_fewer_records_than_the_vendor_counts_end_the_run(helpjuice: House) -> None:
    body = '{"meta": {"total_pages": 1, "total_count": 3}, "categories": [{"id": 1}]}'
    intercept(
        helpjuice.api, lambda r: Response(body) if r.url.path.endswith("/categories") else None
    )
    with pytest.raises(SourceError, match="categories: 1 records came where the vendor counts 3"):
        helpjuice.pull()


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("searches", '{"searches": []}', "no meta.total_count"),
        ("searches", NO_ID, "whole number as id"),
        ("articles", '{"message": "maintenance"}', "no list 'articles'"),
        ("articles", '{"articles": [{"id"', "answer is not JSON"),
    ],
)
def test_a_broken_answer_moves_nothing_and_the_next_run_heals(
    helpjuice: House, path: str, body: str, problem: str
) -> None:
    spoiled = iter([False, True])

    def spoil(request: Request) -> Response | None:
        if request.url.path.endswith(path) and next(spoiled, False):
            return Response(body, media_type="application/json")
        return None

    intercept(helpjuice.api, spoil)
    with pytest.raises(SourceError, match=problem):
        helpjuice.pull()
    assert load("helpjuice") == {}
    assert helpjuice.pull() == {"articles": 5, "article_views": 5, "categories": 3, "searches": 3}


def test_a_wrong_key_is_one_line_without_it(helpjuice: House) -> None:
    with pytest.raises(SourceError) as caught:
        helpjuice.pull(secret="not-the-key")
    line = str(caught.value)
    assert line.startswith("helpjuice: /api/v3/")
    assert line.endswith("renew login and secret in connection heedline_helpjuice")
    assert "not-the-key" not in line


def test_an_unreadable_start_is_refused(helpjuice: House) -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        helpjuice.pull(start_at="last week")


def test_articles_views_and_searches_in_the_unified_terms(helpjuice: House) -> None:
    helpjuice.account.put("articles", article(5, published=False))
    helpjuice.account.searches.append(search(3, "2025-03-04T10:00:00.000Z", found_answers=-1))
    helpjuice.pull()
    account = load("helpjuice")["searches"]
    assert (account.received, account.accepted, account.quarantined) == (4, 3, 1)
    # Three more views of article 1, read in two runs; then its counter is set back to 9.
    for views in (11, 13, 9, 12):
        helpjuice.account.put("articles", article(1, views=views))
        helpjuice.pull()
        load("helpjuice")
    build_staging("helpjuice")

    articles = staged("helpjuice", "articles")
    assert {key for key, row in articles.items() if row["remote_was_deleted"]} == {"5"}
    first = articles["1"]
    assert (first["title"], first["url"]) == (
        *("Watering 1", "https://help.fernhill.example/watering-1"),
    )
    assert (first["created_at"], first["updated_at"]) == (
        *(at("2025-01-01 09:00"), at("2025-02-01 09:00")),
    )
    events = staged("helpjuice", "article_events")
    assert {key for key, row in events.items() if row["event_type"] == "view"} == {
        *("view-1-10", "view-1-11", "view-1-12", "view-1-13"),
    }
    assert {row["article_remote_id"] for row in events.values()} == {"1", None}
    failed = events["search-9"]
    assert (failed["query"], failed["results_count"]) == ("pump", 0)
    assert failed["occurred_at"] == at("2025-03-09 10:00")
    assert failed["session_id"]
