"""Shopify records that the connector's tests tell their stories with, and one pull of them."""

from typing import Any

from connectors.contract import Credentials
from connectors.shopify.source import source
from sample.servers import shopify as server
from tests.connectors.slices import Row, extract, load


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


def ask(address: str, token: str = server.TOKEN, login: str = "", **changes: Any) -> Any:
    given = Credentials(base_url=address, login=login, password=token)
    return source(given, **{"page_size": 2, **changes})


def lands_first(address: str, **settings: Any) -> None:
    extract("shopify", ask(address, **settings))
    load("shopify")
