"""What Shopify's faults come to: the bucket, broken pages, old versions, sign-ins, settings."""

import logging
from collections import deque

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import SourceError
from connectors.http import Policy
from sample.servers import shopify as server
from tests.connectors.shopify_records import ask
from tests.connectors.slices import extract, intercept, load


def test_when_the_bucket_is_full_then_the_pause_is_the_one_asked_for(
    shop: server.Shop, address: str
) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        shop.leak(seconds)

    shop.bucket = 3
    rows = extract("shopify", ask(address, policy=Policy(sleep=sleep)))
    assert rows == {"customers": 3, "orders": 5}
    assert waits
    assert all(2 <= wait <= 3 for wait in waits)


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, '{"orders": [{"id', "answer is not JSON"),
        (200, '{"order": []}', "no list 'orders'"),
        (400, '{"errors": {"page_info": "Invalid value."}}', "HTTP 400"),
    ],
)
def test_when_a_page_is_broken_then_nothing_lands_and_the_next_run_has_it_all(
    served_shop: tuple[FastAPI, str], status: int, body: str, problem: str
) -> None:
    (app, address), broken = served_shop, deque([True])

    def spoil(request: Request) -> Response | None:
        if broken and "page_info" in request.query_params and "orders" in request.url.path:
            broken.pop()
            return Response(body, status_code=status, media_type="application/json")
        return None

    intercept(app, spoil)
    with pytest.raises(SourceError, match=problem):
        extract("shopify", ask(address))
    assert load("shopify") == {}
    assert extract("shopify", ask(address)) == {"customers": 3, "orders": 5}


def test_when_the_chain_of_pages_leads_back_then_the_run_ends(
    served_shop: tuple[FastAPI, str],
) -> None:
    app, address = served_shop
    again = f"{address}/admin/api/2026-10/orders.json?limit=2&page_info=x"

    def turn(request: Request) -> Response | None:
        if request.url.path.endswith("orders.json"):
            links = {"Link": f'<{again}>; rel="next"'}
            return Response('{"orders": []}', media_type="application/json", headers=links)
        return None

    intercept(app, turn)
    with pytest.raises(SourceError, match="nothing usable about the next one"):
        extract("shopify", ask(address))


def test_when_the_version_is_gone_or_deprecated_then_the_log_says_so(
    shop: server.Shop, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    shop.deprecated = "https://shopify.dev/changelog/sample"
    with caplog.at_level(logging.WARNING, logger="connectors.shopify.paging"):
        extract("shopify", ask(address, api_version="2024-01"))
    assert "version 2024-01 of the API is not served any more, 2026-04 answered" in caplog.text
    assert "deprecated: https://shopify.dev/changelog/sample" in caplog.text
    caplog.clear()
    shop.deprecated = ""
    extract("shopify", ask(address))
    assert not caplog.records


def test_when_signed_in_as_a_client_then_a_token_for_the_day_is_fetched(address: str) -> None:
    login, secret = server.CLIENT
    assert extract("shopify", ask(address, secret, login))["customers"] == 3


@pytest.mark.parametrize("login", ["", "some-client"])
def test_when_the_secret_is_wrong_then_one_line_says_so_without_it(
    address: str, login: str
) -> None:
    with pytest.raises(SourceError) as caught:
        extract("shopify", ask(address, "shpat_wrong_123456", login))
    text = str(caught.value)
    assert text.startswith("shopify: /admin/")
    assert "credentials refused" in text
    assert "wrong" not in text
    assert "\n" not in text


def test_when_start_at_is_no_time_then_the_setting_is_named(address: str) -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        ask(address, start_at="last week")
