"""Stripe: page chain, event feed, deletions, faults, and money in whole currency."""

import json
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response

from connectors.contract import SourceError
from connectors.stripe.source import source
from sample.servers import stripe as server
from sample.servers.logins import LOGINS
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
    write_world,
)


def payer(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "system": "stripe",
        "remote_id": f"cus_{number}",
        "person_id": "P1",
        "name": "Ann Bell",
        "email": "ann@acme.example",
        "external_id": "F-1001",
        "created_at": at("2025-07-01 08:00"),
        "updated_at": at("2026-06-01 08:00"),
    }
    return {**row, **changes}


def order(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "remote_id": f"ch_{number}",
        "identity_remote_id": "cus_1",
        "ordered_at": at(f"2026-06-{number:02d} 12:00"),
        "amount": 12.5,
        "currency": "EUR",
        "status": "paid",
    }
    return {**row, **changes}


def subscription(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "remote_id": f"sub_{number}",
        "identity_remote_id": "cus_1",
        "started_at": at("2025-08-01 00:00"),
        "renewal_at": at("2026-07-01 00:00"),
        "plan": "Leafy Box",
        "amount_per_month": 24.9,
        "currency": "EUR",
        "status": "active",
    }
    return {**row, **changes}


PERSON = {
    "person_id": "P1",
    "street": "1 High St",
    "city": "Leeds",
    "country": "GB",
    "language": "en",
}
ORDERS = [
    order(1),
    order(2, status="failed"),
    order(3, status="refunded"),
    order(4, currency="JPY", amount=500.0),
    order(5, currency="KWD", amount=1.25),
]
SUBSCRIPTIONS = [
    subscription(1),
    subscription(2, cancel_requested_at=at("2026-05-01 00:00")),
    subscription(3, ended_at=at("2026-05-02 00:00"), status="canceled"),
]


def world(folder: Path, **changes: list[dict[str, Any]]) -> Path:
    tables: dict[str, list[dict[str, Any]]] = {
        "identities": [payer(1), payer(2, external_id=None)],
        "orders": ORDERS,
        "subscriptions": SUBSCRIPTIONS,
        "people": [PERSON],
    }
    return write_world(folder, **{**tables, **changes})


def ask(address: str, secret: str = LOGINS["stripe"].secret, **settings: Any) -> Any:
    defaults: dict[str, Any] = {"external_ids": {"account": "account_number"}}
    return source(credentials(address, "", secret), **{**defaults, **settings})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    with served(server.app(world(tmp_path / "world"))) as address:
        yield address


def test_when_lists_fill_several_pages_then_a_second_run_finds_nothing_new(shop: str) -> None:
    first = extract("stripe", ask(shop, page_size=2))
    assert first == {"customers": 2, "subscriptions": 3, "charges": 5}
    accounts = load("stripe")
    assert {name: account.accepted for name, account in accounts.items()} == first
    assert extract("stripe", ask(shop)) == {}


def test_when_start_at_names_no_offset_then_it_is_utc_wherever_we_are(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert extract("stripe", ask(shop, start_at="2026-06-03T11:00:00"))["charges"] == 3
    finally:
        monkeypatch.undo()
        time.tzset()


def test_when_objects_change_then_the_event_feed_brings_them_and_no_others(tmp_path: Path) -> None:
    with served(server.app(world(tmp_path / "1"))) as address:
        extract("stripe", ask(address))
        load("stripe")
    later = world(
        tmp_path / "2",
        orders=[*ORDERS, order(20)],
        identities=[
            payer(1),
            payer(2, merged_into_remote_id="cus_1", updated_at=at("2026-06-20 08:00")),
        ],
    )
    with served(server.app(later)) as address:
        assert extract("stripe", ask(address)) == {"customers": 1, "charges": 1}
        load("stripe")
        assert extract("stripe", ask(address)) == {}
    assert raw("select id, deleted, email from raw_stripe.customers order by id") == [
        ("cus_1", None, "ann@acme.example"),
        ("cus_2", True, None),
    ]


def test_when_the_feed_no_longer_reaches_back_then_the_lists_are_read_whole(tmp_path: Path) -> None:
    with served(server.app(world(tmp_path / "1"))) as address:
        extract("stripe", ask(address))
        load("stripe")
    # The next event is so late that the feed (30 days) has lost the one we stopped at.
    late = world(tmp_path / "2", orders=[*ORDERS, order(6, ordered_at=at("2026-09-01 12:00"))])
    with served(server.app(late)) as address:
        assert extract("stripe", ask(address))["charges"] == 6
    account = load("stripe")["charges"]
    assert (account.accepted, account.duplicates) == (1, 5)


def test_when_staged_then_money_is_in_whole_currency_and_status_in_our_words(shop: str) -> None:
    extract("stripe", ask(shop))
    load("stripe")
    build_staging("stripe")

    orders = staged("stripe", "orders")
    assert {
        key: (row["amount"], row["currency"], row["status"]) for key, row in orders.items()
    } == {
        "ch_1": (12.5, "EUR", "paid"),
        "ch_2": (12.5, "EUR", "failed"),
        "ch_3": (12.5, "EUR", "refunded"),
        "ch_4": (500.0, "JPY", "paid"),
        "ch_5": (1.25, "KWD", "paid"),
    }
    assert orders["ch_1"]["ordered_at"] == at("2026-06-01 12:00")
    subscriptions = staged("stripe", "subscriptions")
    first, asked, ended = (subscriptions[f"sub_{number}"] for number in (1, 2, 3))
    assert (first["amount_per_month"], first["currency"], first["plan"]) == (
        *(24.9, "EUR", "Leafy Box"),
    )
    assert (first["started_at"], first["renewal_at"]) == (
        at("2025-08-01 00:00"),
        at("2026-07-01 00:00"),
    )
    assert (asked["cancel_requested_at"], asked["ended_at"]) == (at("2026-05-01 00:00"), None)
    # It ended without having been asked to: payments failed.
    assert (ended["cancel_requested_at"], ended["ended_at"]) == (None, at("2026-05-02 00:00"))
    contact = staged("stripe", "contacts")["cus_1"]
    assert (contact["email"], contact["address"]) == ("ann@acme.example", "1 High St, Leeds")
    assert (contact["country"], contact["language"]) == ("GB", "en")
    assert json.loads(contact["external_ids"]) == {"account": "F-1001"}


@pytest.mark.parametrize(
    ("price", "quantity", "monthly"),
    [
        ({"unit_amount": 12000, "recurring": {"interval": "year", "interval_count": 1}}, 1, 10.0),
        ({"unit_amount": 3000, "recurring": {"interval": "month", "interval_count": 3}}, 2, 20.0),
        ({"unit_amount_decimal": "12.5", "recurring": {"interval": "month"}}, 8, 1.0),
        ({"unit_amount": 1200, "recurring": {"interval": "week"}}, 1, 12 * 365.25 / 7 / 12),
        ({"unit_amount": None, "recurring": {"interval": "month"}}, 1, None),
    ],
)
def test_when_a_price_has_another_period_then_it_is_brought_to_one_month(
    tmp_path: Path, price: dict[str, Any], quantity: int, monthly: float | None
) -> None:
    """The base model's SQL on one item, without a dbt run per case."""
    items = json.dumps({"data": [{"price": price, "quantity": quantity}]})
    row = base_items(items)
    assert row is None if monthly is None else row == pytest.approx(monthly * 100)


def base_items(items: str) -> float | None:
    """`base_stripe__subscription_items` compiled by dbt's own macros, on one subscription."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("create schema raw_stripe")
    connection.execute("create table raw_stripe.subscriptions (id varchar, items varchar)")
    connection.execute("insert into raw_stripe.subscriptions values ('sub_1', ?)", [items])
    found = connection.execute(f"select minor_amount_per_month from ({compiled()})").fetchone()
    return found[0] if found else None


def compiled() -> str:
    """The model's SQL: its macros are plain Jinja, so Jinja renders them."""
    import jinja2

    project = Path(__file__).resolve().parents[2] / "dbt_project"
    macros = (project / "macros" / "portable.sql").read_text()
    model = project / "models/staging/stripe/base/base_stripe__subscription_items.sql"
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(
        macros + model.read_text()
    )
    return template.render(source=lambda schema, table: f"{schema}.{table}")


def test_when_the_key_is_wrong_then_one_line_says_so_without_it(shop: str) -> None:
    with pytest.raises(SourceError) as caught:
        extract("stripe", ask(shop, secret="sk_wrong_123456"))
    text = str(caught.value)
    assert text.startswith("stripe: /v1/")
    assert "credentials refused" in text
    assert "sk_wrong" not in text
    assert "3456" not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, '{"object": "list", "data": [{"id', "answer is not JSON"),
        (200, '{"object": "list"}', "no list 'data'"),
        (200, '{"data": [{"id": "ch_9"}]}', "nothing usable about the next one"),
        (200, '{"data": [], "has_more": true}', "nothing usable about the next one"),
        (200, '{"data": [{"amount": 1}], "has_more": false}', "an object without an id"),
    ],
)
def test_when_a_page_is_broken_then_nothing_lands_and_the_next_run_has_it_all(
    tmp_path: Path, status: int, body: str, problem: str
) -> None:
    app, broken = server.app(world(tmp_path / "world")), deque([True])

    def spoil(request: Request) -> Response | None:
        if broken and request.url.path == "/v1/charges":
            broken.pop()
            return Response(body, status_code=status, media_type="application/json")
        return None

    intercept(app, spoil)
    with served(app) as address:
        with pytest.raises(SourceError, match=problem):
            extract("stripe", ask(address))
        assert load("stripe") == {}
        assert extract("stripe", ask(address))["charges"] == 5


def test_when_the_limit_is_hit_then_the_request_is_tried_again(tmp_path: Path) -> None:
    app, limits = server.app(world(tmp_path / "world")), deque([True, True])

    def limit(request: Request) -> Response | None:
        if limits and request.url.path == "/v1/charges":
            limits.pop()
            return server.refused(429, "Request rate limit exceeded.", "rate_limit")
        return None

    intercept(app, limit)
    with served(app) as address:
        assert extract("stripe", ask(address))["charges"] == 5
