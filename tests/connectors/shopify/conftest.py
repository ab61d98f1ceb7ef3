"""A Shopify shop with three customers and five orders, and its server."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from sample.servers import shopify as server
from tests.connectors.shopify_records import customer, order
from tests.connectors.slices import served


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
