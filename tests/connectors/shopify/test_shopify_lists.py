"""Shopify's lists: page chain, inclusive lookback, scopes, deletions, and what the shop counts."""

from datetime import UTC, datetime, timedelta

import dlt
import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import SourceError
from sample.servers import shopify as server
from tests.connectors.shopify_records import ask, customer, lands_first, order
from tests.connectors.slices import Row, extract, intercept, load, raw
from warehouse.settings import settings


def state_of(resource: str) -> Row:
    """What dlt keeps of a resource between runs."""
    pipeline = dlt.attach("shopify_landing", pipelines_dir=str(settings().dlt))
    found: Row = pipeline.state["sources"]["shopify"]["resources"][resource]
    return found


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


def test_what_the_shop_counts_is_kept_beside_what_was_read(shop: server.Shop, address: str) -> None:
    shop.put("orders", order(5, closed_at="2026-06-05T08:00:00-04:00"))
    shop.put("orders", order(104, updated_at="2019-06-05T08:00:00-04:00"))
    lands_first(address)
    assert state_of("customers")["vendor_count"]["count"] == 3
    counted = state_of("orders")["vendor_count"]
    assert counted["count"] == 5
    assert raw("select count(*) from raw_shopify.orders") == [(5,)]
    assert datetime.fromisoformat(counted["counted_at"]).tzinfo
