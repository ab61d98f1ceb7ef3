"""The sample shop answers as Shopify does: chain of pages, default status, scopes, bucket."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from sample.servers.shopify import TOKEN, Shop, app

PATH = "/admin/api/2026-10/orders.json"


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    for number in range(1, 6):
        at = f"2026-06-0{number}T08:00:00-04:00"
        row = {"id": number, "created_at": at, "updated_at": at, "closed_at": None}
        shop.put("orders", row | {"closed_at": at if number == 1 else None})
    return shop


@pytest.fixture
def client(shop: Shop) -> TestClient:
    return TestClient(app(shop), headers={"X-Shopify-Access-Token": TOKEN})


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.json()["orders"]]


def test_the_chain_of_links_leads_through_the_list_and_takes_no_filter(client: TestClient) -> None:
    first = client.get(PATH, params={"status": "any", "limit": 2})
    second = client.get(first.links["next"]["url"])
    third = client.get(second.links["next"]["url"])
    assert [ids(page) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert "next" not in third.links
    assert "previous" in third.links
    assert client.get(first.links["next"]["url"] + "&status=any").status_code == 400
    assert client.get(PATH, params={"page_info": "gone"}).status_code == 400


def test_only_open_orders_are_shown_unless_asked_for_all(client: TestClient) -> None:
    assert ids(client.get(PATH)) == [5, 4, 3, 2]
    count = client.get(PATH.replace(".json", "/count.json"), params={"status": "any"})
    assert count.json() == {"count": 5}


def test_the_time_filter_is_inclusive_and_knows_offsets(client: TestClient) -> None:
    asked = {"status": "any", "updated_at_min": "2026-06-04T12:00:00Z"}
    assert ids(client.get(PATH, params=asked)) == [5, 4]


def test_without_the_scope_older_orders_are_not_there(shop: Shop, client: TestClient) -> None:
    old = "2026-04-01T08:00:00-04:00"
    shop.put("orders", {"id": 9, "created_at": old, "updated_at": old})
    assert 9 in ids(client.get(PATH))
    shop.scopes = ("read_orders",)
    assert 9 not in ids(client.get(PATH))


def test_wrong_tokens_and_a_full_bucket_are_refused(shop: Shop, client: TestClient) -> None:
    assert client.get(PATH, headers={"X-Shopify-Access-Token": "x"}).status_code == 401
    shop.bucket = 1
    assert client.get(PATH).status_code == 200
    full = client.get(PATH)
    assert (full.status_code, full.headers["Retry-After"]) == (429, "2.0")
    shop.leak(1)
    assert client.get(PATH).status_code == 200
