"""What the gate, erasure and staging make of Shopify's records: people, and money in the end."""

import json

from connectors.ledger import Ledger
from sample.servers import shopify as server
from tests.connectors.shopify_records import ask, customer, money, order, refund
from tests.connectors.slices import at, build_staging, extract, load, raw, staged


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
