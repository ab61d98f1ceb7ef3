"""An Amazon Connect instance with five calls of Ann's, served for each test."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from sample.servers import amazon_connect as server
from tests.connectors.amazon_connect_contacts import UMA, VIC, contact
from tests.connectors.slices import served


@pytest.fixture
def instance() -> server.Instance:
    instance = server.Instance(page=3)
    for number in range(5):
        instance.put(contact(f"c{number}", 60 * number))
    for key, name in ((UMA, "Uma"), (VIC, "Vic")):
        identity = {"FirstName": name, "LastName": "Day"}
        user = {"Id": key, "Username": f"{name}.Day@fernhill.example", "IdentityInfo": identity}
        instance.users.append(user)
    for key, name in (("queue-care", "Care"), ("queue-money", "Billing")):
        instance.queues.append({"Id": key, "Name": name, "QueueType": "STANDARD"})
    return instance


@pytest.fixture
def served_instance(instance: server.Instance) -> Iterator[tuple[FastAPI, str]]:
    app = server.app(instance)
    with served(app) as address:
        yield app, address


@pytest.fixture
def address(served_instance: tuple[FastAPI, str]) -> str:
    return served_instance[1]
