"""Intercom's companies, of which one scroll at a time reads all, and its articles."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors import http_session, repull
from connectors.contract import Credentials, SourceError
from connectors.counts import vendor_counts
from connectors.intercom.source import source
from connectors.reconciling import reconcile
from sample.servers.intercom import app
from tests.connectors.intercom_products import SETTINGS, article, company, fill
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged
from tests.connectors.test_intercom import ANN, LOGIN, world

SCROLL = "/companies/scroll"


class Clock:
    """The vendor's now, which the connector's waiting moves."""

    def __init__(self) -> None:
        self.now, self.waits = 1e9, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(http_session, "in_force", lambda policy: replace(policy, sleep=made.sleep))
    return made


@pytest.fixture
def api(tmp_path: Path, clock: Clock) -> FastAPI:
    made = app(world(tmp_path / "world"), clock=clock)
    fill(made)
    return made


@pytest.fixture
def intercom(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


def pull(intercom: Credentials, **settings: Any) -> dict[str, int]:
    return extract("intercom", source(intercom, **{**SETTINGS, **settings}))


def standing(resource: str) -> tuple[int, int, str]:
    reconcile("intercom")
    (last, *_) = raw(
        "select vendor_count, difference, status from ops.reconciliation "
        f"where resource = '{resource}' and vendor_count is not null "
        "order by reconciled_at desc, rowid desc"
    )
    return last


def test_workspace_is_asked_for_neither_unless_they_are_named(
    api: FastAPI, intercom: Credentials
) -> None:
    asked: list[str] = []
    intercept(api, lambda request: asked.append(request.url.path))
    assert {"companies", "articles"}.isdisjoint(extract("intercom", source(intercom)))
    assert not any("compan" in path or "article" in path for path in asked)
    with pytest.raises(SourceError, match="no product 'fax'; write some of companies, articles"):
        pull(intercom, products=["fax"])


def test_scroll_is_read_to_its_empty_page_and_again_whole(
    api: FastAPI, intercom: Credentials
) -> None:
    first = pull(intercom)
    assert (first["companies"], first["articles"]) == (5, 5)
    load("intercom")
    assert pull(intercom) == {}
    products = api.state.products
    products.companies[3] = company(4, name="Renamed")
    products.articles[0] = article(1, title="Reworded", updated_at=1_777_700_000)
    assert pull(intercom) == {"companies": 1, "articles": 1}
    load("intercom")
    assert raw("select name from raw_intercom.companies where id = 'co4'") == [("Renamed",)]
    assert api.state.products.scroll is None, "a scroll that was read to its end is closed"


def test_forgotten_scroll_is_begun_anew(api: FastAPI, intercom: Credentials, clock: Clock) -> None:
    pauses = iter([True])

    def dawdle(request: Request) -> None:
        if "scroll_param" in request.query_params and next(pauses, False):
            clock.now += 60

    intercept(api, dawdle)
    assert pull(intercom)["companies"] == 5
    assert next(pauses, "used") == "used"


def test_scroll_that_is_forgotten_again_and_again_ends_the_run(
    api: FastAPI, intercom: Credentials, clock: Clock
) -> None:
    def dawdle(request: Request) -> None:
        if "scroll_param" in request.query_params:
            clock.now += 60

    intercept(api, dawdle)
    with pytest.raises(SourceError, match=r"companies/scroll: not found \(HTTP 404\)"):
        pull(intercom)


def test_scroll_of_a_killed_run_is_waited_out(
    api: FastAPI, intercom: Credentials, clock: Clock
) -> None:
    broken = iter([True])

    def cut(request: Request) -> Response | None:
        later = request.url.path == SCROLL and "scroll_param" in request.query_params
        if later and next(broken, False):
            return Response('{"type": "li', media_type="application/json")
        return None

    intercept(api, cut)
    with pytest.raises(SourceError, match="companies/scroll: answer is not JSON"):
        pull(intercom)
    assert pull(intercom)["companies"] == 5
    assert clock.waits == [65.0]


def test_scroll_that_somebody_keeps_open_is_said(api: FastAPI, intercom: Credentials) -> None:
    def taken(request: Request) -> Response | None:
        return Response("{}", 400) if request.url.path == SCROLL else None

    intercept(api, taken)
    with pytest.raises(SourceError, match="another scroll over companies is open"):
        pull(intercom)


def test_what_is_listed_no_more_is_gone_and_may_come_back(
    api: FastAPI, intercom: Credentials
) -> None:
    pull(intercom)
    load("intercom")
    products = api.state.products
    gone = products.companies.pop(), products.articles.pop(0)
    assert pull(intercom) == {"companies": 1, "articles": 1}
    load("intercom")
    assert raw("select id from raw_intercom.companies where is_gone") == [("co5",)]
    assert raw("select id from raw_intercom.articles where is_gone") == [("31",)]
    assert standing("companies") == (4, 0, "balanced")
    assert standing("articles") == (4, 0, "balanced")
    products.companies.append(gone[0])
    assert pull(intercom) == {"companies": 1}
    load("intercom")
    assert raw("select name from raw_intercom.companies where id = 'co5'") == [("Company 5",)]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(
    api: FastAPI, intercom: Credentials
) -> None:
    pulled = pull(intercom)
    products = api.state.products
    products.companies.pop(), products.articles.pop(0)
    repull.ask("intercom", ["companies", "articles"])
    found = pull(intercom)
    assert found == {name: pulled[name] for name in ("companies", "articles")}
    load("intercom")
    assert raw("select id from raw_intercom.companies where is_gone") == [("co5",)]
    assert raw("select id from raw_intercom.articles where is_gone") == [("31",)]


def test_nothing_is_gone_while_the_count_says_otherwise(
    api: FastAPI, intercom: Credentials
) -> None:
    pull(intercom)
    # A scroll that leaves one out, without a word.
    products = api.state.products
    left_out = products.companies.pop()
    products.listed = 5
    assert "companies" not in pull(intercom)
    assert not vendor_counts("intercom")["companies"].exact
    products.companies.append(left_out)
    assert pull(intercom) == {}
    assert vendor_counts("intercom")["companies"].exact


def test_articles_may_go_on_by_addresses(api: FastAPI, intercom: Credentials) -> None:
    """The reference has a cursor in `next`; lists of other versions have the next address."""

    def by_number(request: Request) -> Response | None:
        if request.url.path != "/articles":
            return None
        number = int(request.query_params.get("page", 1))
        onwards = f"https://api.intercom.io/articles?per_page=1&page={number + 1}"
        body = {
            "data": [article(number)],
            "total_count": 3,
            "pages": {"next": onwards if number < 3 else None},
        }
        return Response(json.dumps(body), media_type="application/json")

    intercept(api, by_number)
    assert pull(intercom, products=["articles"])["articles"] == 3


def test_articles_that_name_the_same_page_twice_end_the_run(
    api: FastAPI, intercom: Credentials
) -> None:
    def again(request: Request) -> Response | None:
        if request.url.path != "/articles":
            return None
        onwards = {"per_page": 1, "starting_after": "x"}
        body = {"data": [article(1)], "total_count": 3, "pages": {"next": onwards}}
        return Response(json.dumps(body), media_type="application/json")

    intercept(api, again)
    with pytest.raises(SourceError, match="articles: page says nothing usable"):
        pull(intercom, products=["articles"])


def test_staging_gives_accounts_and_articles(api: FastAPI, intercom: Credentials) -> None:
    (ann,) = api.state.records.contacts
    ann["companies"] = {"type": "list", "data": [{"id": "co2"}, {"id": "co1"}], "total_count": 2}
    pull(intercom)
    assert all(account.quarantined == 0 for account in load("intercom").values())
    build_staging("intercom")
    accounts = staged("intercom", "accounts")
    assert set(accounts) == {"co1", "co2", "co3", "co4", "co5"}
    assert (accounts["co2"]["name"], accounts["co2"]["domain"]) == (
        "Company 2",
        "company2.example",
    )
    contact = staged("intercom", "contacts")[ANN]
    assert (contact["account_remote_id"], contact["company"]) == ("co2", "Company 2")
    told = staged("intercom", "articles")["31"]
    assert (told["title"], told["locale"]) == ("Article 1", "en")
    assert told["url"] == "https://help.example/en/articles/31"
