"""Shopify: page chain, inclusive lookback, scopes, deletions, the bucket, and money in the end."""

import json
import logging
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.http import Policy
from connectors.ledger import Ledger
from connectors.shopify.source import source
from sample.servers import shopify as server
from tests.connectors.slices import at, build_staging, extract, intercept, load, raw, served, staged
from warehouse.settings import settings

Row = dict[str, Any]


def customer(number: int, **changes: Any) -> Row:
    row = {
        "id": number,
        "email": f"ann{number}@acme.example",
        "phone": None,
        "first_name": "Ann",
        "last_name": "Bell",
        "state": "enabled",
        "orders_count": 1,
        "total_spent": "41.94",
        "multipass_identifier": f"F-{number}",
        "default_address": {
            "address1": "1 High St",
            "address2": "",
            "city": "Leeds",
            "zip": "LS1 1AA",
            "country_code": "GB",
            "company": "Acme",
            "phone": "+44 113 496 0000",
        },
        "email_marketing_consent": {
            "state": "subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": "2026-01-02T10:00:00-05:00",
        },
        "sms_marketing_consent": None,
        "created_at": "2026-01-01T07:00:00-05:00",
        "updated_at": "2026-06-01T08:00:00-04:00",
    }
    return {**row, **changes}


def money(amount: str, currency: str, theirs: str = "", their_currency: str = "") -> Row:
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {
            "amount": theirs or amount,
            "currency_code": their_currency or currency,
        },
    }


def order(number: int, **changes: Any) -> Row:
    row = {
        "id": number,
        "name": f"#{number}",
        "email": "ann1@acme.example",
        "customer": {"id": 1, "email": "ann1@acme.example"},
        "created_at": f"2026-06-{number % 100:02d}T08:00:00-04:00",
        "processed_at": f"2026-06-{number % 100:02d}T08:00:00-04:00",
        "updated_at": f"2026-06-{number % 100:02d}T08:05:00-04:00",
        "closed_at": None,
        "cancelled_at": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "total_price": "41.94",
        "total_price_set": money("41.94", "EUR"),
        "total_outstanding": "0.00",
        "financial_status": "paid",
        "refunds": [],
        "test": False,
        "token": "a-secret-of-the-buyer",
        "order_status_url": "https://shop.example/orders/1/authenticate?key=secret",
    }
    return {**row, **changes}


def refund(amount: str, currency: str = "EUR", **changes: Any) -> Row:
    told = {"kind": "refund", "status": "success", "amount": amount, "currency": currency}
    return {"id": 5, "created_at": "2026-06-20T09:00:00Z", "transactions": [{**told, **changes}]}


@pytest.fixture
def shop() -> server.Shop:
    shop = server.Shop()
    for number in range(1, 4):
        shop.put("customers", customer(number))
    for number in range(1, 6):
        shop.put("orders", order(number))
    return shop


@pytest.fixture
def served_shop(shop: server.Shop) -> Iterator[tuple[FastAPI, str]]:
    app = server.app(shop)
    with served(app) as address:
        yield app, address


@pytest.fixture
def address(served_shop: tuple[FastAPI, str]) -> str:
    return served_shop[1]


def ask(address: str, token: str = server.TOKEN, login: str = "", **changes: Any) -> Any:
    given = Credentials(base_url=address, login=login, password=token)
    return source(given, **{"page_size": 2, **changes})


def state_of(resource: str) -> Row:
    """What dlt keeps of a resource between runs."""
    pipeline = dlt.attach("shopify_landing", pipelines_dir=str(settings().dlt))
    found: Row = pipeline.state["sources"]["shopify"]["resources"][resource]
    return found


def lands_first(address: str, **settings: Any) -> None:
    extract("shopify", ask(address, **settings))
    load("shopify")


def test_when_lists_fill_several_pages_then_a_second_run_finds_nothing_new(
    served_shop: tuple[FastAPI, str],
) -> None:
    app, address = served_shop
    assert extract("shopify", ask(address)) == {"customers": 3, "orders": 5}
    assert {n: a.accepted for n, a in load("shopify").items()} == {"customers": 3, "orders": 5}
    assert extract("shopify", ask(address)) == {}
    followed = [query for _, query in app.state.asked if "page_info" in query]
    assert len(followed) >= 3
    assert all(query.keys() == {"page_info", "limit"} for query in followed)


def test_when_rows_change_then_only_they_land_and_the_newest_state_is_kept(
    shop: server.Shop, address: str
) -> None:
    lands_first(address)
    # The clock was put back in the shop's zone: as text, this time is before the one that landed.
    shop.put("customers", customer(2, phone="+1", updated_at="2026-06-01T07:30:00-05:00"))
    shop.put("orders", order(6))
    assert extract("shopify", ask(address)) == {"customers": 1, "orders": 1}
    assert load("shopify")["customers"].accepted == 1
    assert raw("select phone from raw_shopify.customers where id = 2") == [("+1",)]


def test_when_a_row_has_the_second_of_the_cursor_then_it_is_not_missed(
    shop: server.Shop, address: str
) -> None:
    lands_first(address, lookback_minutes=0)
    shop.put("orders", order(7, updated_at=order(5)["updated_at"]))
    assert extract("shopify", ask(address, lookback_minutes=0)) == {"orders": 1}


def test_when_a_row_is_listed_minutes_late_then_the_lookback_finds_it(
    shop: server.Shop, address: str
) -> None:
    lands_first(address)
    shop.put("orders", order(7, updated_at="2026-06-05T07:57:00-04:00"))
    assert extract("shopify", ask(address)) == {"orders": 1}


def test_when_a_row_changes_behind_the_walks_back_then_the_next_run_has_it(
    shop: server.Shop, served_shop: tuple[FastAPI, str]
) -> None:
    app, address = served_shop
    later = datetime.now(UTC) + timedelta(minutes=1)

    def change(request: Request) -> Response | None:
        if "page_info" in request.query_params and request.url.path.endswith("orders.json"):
            # Read already, with an older state; the walk meets a still later change after it.
            shop.put("orders", order(5, note="late", updated_at=later.isoformat()))
            much_later = later + timedelta(minutes=30)
            shop.put("orders", order(1, updated_at=much_later.isoformat()))
        return None

    intercept(app, change)
    lands_first(address)
    assert raw("select note from raw_shopify.orders where id = 5") == [(None,)]
    extract("shopify", ask(address))
    load("shopify")
    assert raw("select note from raw_shopify.orders where id = 5") == [("late",)]


def test_when_orders_are_closed_or_cancelled_then_they_are_read_too(
    shop: server.Shop, address: str
) -> None:
    shop.put("orders", order(4, closed_at="2026-06-05T08:00:00-04:00"))
    shop.put("orders", order(5, cancelled_at="2026-06-05T08:00:00-04:00"))
    assert extract("shopify", ask(address))["orders"] == 5


def test_when_older_orders_would_be_hidden_then_the_run_says_so_instead_of_losing_them(
    shop: server.Shop, address: str
) -> None:
    shop.scopes = ("read_customers", "read_orders")
    shop.put("orders", order(101, created_at="2026-03-01T08:00:00-05:00"))
    with pytest.raises(SourceError, match=r"last 60 days only .*read_all_orders.*sixty_days_only"):
        extract("shopify", ask(address))
    assert extract("shopify", ask(address, sixty_days_only=True))["orders"] == 5


def test_when_an_order_is_deleted_then_its_event_lands_once(
    shop: server.Shop, address: str
) -> None:
    lands_first(address)
    shop.delete_order(3, "2026-06-28T12:00:00-04:00")
    assert extract("shopify", ask(address)) == {"events": 1}
    load("shopify")
    assert extract("shopify", ask(address)) == {}
    assert raw("select subject_id, verb from raw_shopify.events") == [(3, "destroy")]


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


def test_what_the_shop_counts_is_kept_beside_what_was_read(shop: server.Shop, address: str) -> None:
    shop.put("orders", order(5, closed_at="2026-06-05T08:00:00-04:00"))
    shop.put("orders", order(104, updated_at="2019-06-05T08:00:00-04:00"))
    lands_first(address)
    assert state_of("customers")["vendor_count"]["count"] == 3
    counted = state_of("orders")["vendor_count"]
    assert counted["count"] == 5
    assert raw("select count(*) from raw_shopify.orders") == [(5,)]
    assert datetime.fromisoformat(counted["counted_at"]).tzinfo


def test_when_rows_are_wrong_then_the_gate_sets_them_aside_with_their_reasons(
    shop: server.Shop, address: str
) -> None:
    shop.put("orders", order(4, total_price="much"))
    shop.put("customers", customer(3, updated_at="2026-06-31T00:00:00Z"))
    extract("shopify", ask(address))
    accounts = load("shopify")
    assert (accounts["orders"].received, accounts["orders"].accepted) == (5, 4)
    assert (accounts["customers"].received, accounts["customers"].quarantined) == (3, 1)
    (reason,) = raw("select reason from quarantine.shopify__orders")[0]
    assert "total_price" in reason


def test_when_a_customer_was_erased_then_neither_they_nor_their_orders_come_back(
    shop: server.Shop, address: str
) -> None:
    Ledger().add("r1", [("contact", "shopify", "1"), ("email", "", "guest@home.example")])
    shop.put("orders", order(4, customer=None, email="guest@home.example"))
    shop.put("orders", order(5, customer={"id": 2}, email="ann2@acme.example"))
    extract("shopify", ask(address))
    accounts = load("shopify")
    assert (accounts["customers"].erased, accounts["orders"].erased) == (1, 4)
    assert raw("select id from raw_shopify.orders") == [(5,)]


def test_when_staged_then_people_and_money_are_in_unified_terms(
    shop: server.Shop, address: str
) -> None:
    no = {"state": "unsubscribed", "consent_updated_at": "2026-02-02T10:00:00Z"}
    shop.put("customers", customer(2, phone="+441", sms_marketing_consent=no))
    asked_nobody = {"state": "not_subscribed", "consent_updated_at": None}
    shop.put("customers", customer(3, email_marketing_consent=asked_nobody))
    for row in (
        order(2, financial_status="partially_refunded", refunds=[refund("10.10"), refund("1.00")]),
        # 10 of the buyer's pounds are 12 of the shop's euros.
        order(3, total_price="60.00", presentment_currency="GBP",
              total_price_set=money("60.00", "EUR", "50.00", "GBP"),
              financial_status="partially_refunded", refunds=[refund("10.00", "GBP")]),
        order(4, refunds=[refund("5.00", status="failure")]),
        order(5, financial_status="refunded", refunds=[refund("41.94")]),
        order(6, financial_status="partially_paid", total_outstanding="11.94"),
        order(7, financial_status="pending", cancelled_at="2026-06-08T08:00:00-04:00"),
        order(8, financial_status="authorized"),
        order(9, financial_status="voided", cancelled_at="2026-06-09T08:00:00-04:00"),
        order(10, financial_status="expired", customer=None),
        order(11, test=True),
        order(12, processed_at="2019-02-03T04:05:06Z"),
    ):  # fmt: skip
        shop.put("orders", row)
    extract("shopify", ask(address, external_ids={"account": "multipass_identifier"}))
    assert all(account.quarantined == 0 for account in load("shopify").values())
    shop.delete_order(8, "2026-06-28T12:00:00-04:00")
    extract("shopify", ask(address))
    load("shopify")
    assert raw("select count(*) from raw_shopify.orders where test") == [(1,)]
    columns = raw("select column_name from (describe raw_shopify.orders)")
    assert not {"token", "order_status_url"} & {name for (name,) in columns}
    build_staging("shopify")

    orders = staged("shopify", "orders")
    assert {int(key): (row["amount"], row["status"]) for key, row in orders.items()} == {
        1: (41.94, "paid"),
        2: (30.84, "paid"),
        3: (48.0, "paid"),
        4: (41.94, "paid"),
        5: (41.94, "refunded"),
        6: (30.0, "paid"),
        7: (41.94, "canceled"),
        8: (41.94, "pending"),
        9: (41.94, "voided"),
        10: (41.94, "failed"),
        12: (41.94, "paid"),
    }
    assert {key for key, row in orders.items() if row["remote_was_deleted"]} == {"8"}
    assert orders["8"]["remote_updated_at"] == at("2026-06-28 16:00")
    assert orders["1"]["ordered_at"] == at("2026-06-01 12:00")
    assert orders["12"]["ordered_at"] == at("2019-02-03 04:05").replace(second=6)
    assert (orders["1"]["contact_remote_id"], orders["10"]["contact_remote_id"]) == ("1", None)
    assert orders["1"]["currency"] == "EUR"
    ann, two, three = (staged("shopify", "contacts")[key] for key in "123")
    assert (ann["name"], ann["given_name"], ann["surname"]) == ("Ann Bell", "Ann", "Bell")
    assert (ann["phone"], two["phone"]) == ("+44 113 496 0000", "+441")
    assert (ann["company"], ann["address"]) == ("Acme", "1 High St, Leeds")
    assert (ann["postcode"], ann["country"]) == ("LS1 1AA", "GB")
    assert json.loads(ann["external_ids"]) == {"account": "F-1"}
    assert json.loads(ann["consent"]) == {"email_marketing": "2026-01-02T10:00:00-05:00"}
    assert json.loads(two["consent"])["sms_marketing"] == "no"
    assert three["consent"] is None
    assert ann["remote_updated_at"] == at("2026-06-01 12:00")
