"""The sample's payments answer as Stripe does: chain of ids, filters, events, error bodies."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sample.servers.logins import LOGINS
from sample.servers.stripe import app
from sample.servers.stripe_objects import minor
from tests.connectors.slices import at, write_world


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    payer = {"system": "stripe", "remote_id": "cus_1", "created_at": at("2026-01-01 00:00")}
    gone = {**payer, "remote_id": "cus_2", "merged_into_remote_id": "cus_1"}
    orders = [
        {
            "remote_id": f"ch_{n}",
            "identity_remote_id": "cus_1",
            "ordered_at": at(f"2026-0{n}-01 00:00"),
            "amount": 10.0,
            "currency": "EUR",
            "status": "paid",
        }
        for n in range(1, 6)
    ]
    plans = [
        {
            "remote_id": f"sub_{n}",
            "identity_remote_id": "cus_1",
            "started_at": at("2026-01-01 00:00"),
            "ended_at": at("2026-02-01 00:00") if n == 2 else None,
            "amount_per_month": 10.0,
            "currency": "EUR",
            "status": "canceled" if n == 2 else "active",
        }
        for n in (1, 2)
    ]
    world = write_world(
        tmp_path / "world", identities=[payer, gone], orders=orders, subscriptions=plans
    )
    return TestClient(app(world))


def ids(client: TestClient, name: str, **params: str | int) -> list[str]:
    answer = client.get(f"/v1/{name}", params=params, auth=(LOGINS["stripe"].secret, ""))
    return [row["id"] for row in answer.json()["data"]]


def test_when_paged_then_the_chain_of_ids_leads_through_the_list(client: TestClient) -> None:
    assert ids(client, "charges", limit=2) == ["ch_5", "ch_4"]
    assert ids(client, "charges", limit=2, starting_after="ch_4") == ["ch_3", "ch_2"]
    assert ids(client, "charges", limit=2, starting_after="ch_2") == ["ch_1"]


def test_when_not_asked_for_all_then_ended_subscriptions_are_left_out(client: TestClient) -> None:
    assert ids(client, "subscriptions") == ["sub_1"]
    assert set(ids(client, "subscriptions", status="all")) == {"sub_1", "sub_2"}


def test_when_a_customer_is_gone_then_only_its_id_is_left(client: TestClient) -> None:
    assert ids(client, "customers") == ["cus_1"]
    answer = client.get("/v1/customers/cus_2", auth=(LOGINS["stripe"].secret, ""))
    assert answer.json() == {"id": "cus_2", "object": "customer", "deleted": True}


def test_when_events_are_older_than_thirty_days_then_they_are_gone(client: TestClient) -> None:
    # The newest change is of 1 May: of the charges, only those of April and May are left.
    found = ids(client, "events", limit=100)
    answer = client.get("/v1/events?limit=100", auth=(LOGINS["stripe"].secret, "")).json()
    assert [row["data"]["object"]["id"] for row in answer["data"]] == ["ch_5", "ch_4"]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/charges?limit=101", 400, None),
        ("/v1/charges?starting_after=ch_9", 400, "resource_missing"),
        ("/v1/charges/ch_9", 404, "resource_missing"),
    ],
)
def test_when_asked_wrongly_then_stripes_error_comes(
    client: TestClient, path: str, status: int, code: str | None
) -> None:
    answer = client.get(path, auth=(LOGINS["stripe"].secret, ""))
    assert (answer.status_code, answer.json()["error"].get("code")) == (status, code)


def test_when_the_key_is_wrong_then_401_shows_only_its_end(client: TestClient) -> None:
    answer = client.get("/v1/charges", auth=("sk_wrong_1234", ""))
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Invalid API Key provided: *********1234"


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(12.5, "EUR", 1250), (500.0, "JPY", 500), (1.25, "KWD", 1250), (5.0, "ISK", 500)],
)
def test_amounts_are_in_the_currencys_smallest_unit(
    amount: float, currency: str, expected: int
) -> None:
    assert minor(amount, currency) == expected
