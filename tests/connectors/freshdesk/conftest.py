"""One Freshdesk for all tests of the connector, emptied for each."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from connectors.contract import Credentials
from sample.servers.freshdesk import Desk, app
from tests.connectors.freshdesk_records import ANN, KEY, dated, ticket
from tests.connectors.slices import credentials, served


@pytest.fixture(scope="package")
def served_desk() -> Iterator[tuple[Desk, FastAPI, str]]:
    desk = Desk(KEY)
    api = app(desk)
    with served(api) as address:
        yield desk, api, address


@pytest.fixture
def desk(served_desk: tuple[Desk, FastAPI, str]) -> Desk:
    """The server's account, emptied; three tickets of Ann's."""
    desk, api, _ = served_desk
    desk.__init__(KEY)  # type: ignore[misc]
    api.user_middleware[:-1] = []
    api.middleware_stack = None
    desk.put("contacts", dated(ANN, name="Ann", email="ann@acme.example", unique_external_id="F1"))
    for number in (1, 2, 3):
        desk.put("tickets", ticket(number))
    return desk


@pytest.fixture
def login(served_desk: tuple[Desk, FastAPI, str], desk: Desk) -> Credentials:
    return credentials(served_desk[2], "", KEY)
