"""The sample Intercom: search, cursors, parts, login and rate limit as the vendor has them."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi.testclient import TestClient

from sample.servers.intercom import app
from sample.servers.logins import LOGINS

TOKEN = LOGINS["intercom"].secret
DAY = 86_400


def client_of(world: Path, **settings: Any) -> TestClient:
    return TestClient(app(world, **settings), headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def client(world: Path) -> TestClient:
    return client_of(world)


def since(moment: int, **paging: Any) -> dict[str, Any]:
    query = {"field": "updated_at", "operator": ">", "value": moment}
    return {"query": query, "pagination": paging}


def test_wrong_token_gets_the_vendors_401(client: TestClient) -> None:
    answer = client.get("/admins", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "error.list"
    assert answer.json()["errors"] == [{"code": "unauthorized", "message": "Access Token Invalid"}]


def test_search_gives_every_conversation_once_without_parts(
    client: TestClient, tables: duckdb.DuckDBPyConnection
) -> None:
    found: list[dict[str, Any]] = []
    paging: dict[str, Any] = {"per_page": 1000}
    while True:
        page = client.post("/conversations/search", json=since(0, **paging)).json()
        assert len(page["conversations"]) <= 150
        found += page["conversations"]
        if "next" not in page["pages"]:
            break
        paging["starting_after"] = page["pages"]["next"]["starting_after"]
    ids = {conversation["id"] for conversation in found}
    written = tables.execute("select remote_id from conversations where system = 'intercom'")
    assert len(found) == len(ids)
    assert ids == {id_ for (id_,) in written.fetchall()}
    assert not any("conversation_parts" in conversation for conversation in found)


def test_conversation_has_its_parts_in_order_and_in_the_asked_form(client: TestClient) -> None:
    first = client.post("/conversations/search", json=since(0)).json()["conversations"][0]
    path = f"/conversations/{first['id']}"
    html, plain = (client.get(path, params=p).json() for p in ({}, {"display_as": "plaintext"}))
    parts = plain["conversation_parts"]["conversation_parts"]
    assert [p["created_at"] for p in parts] == sorted(p["created_at"] for p in parts)
    assert plain["conversation_parts"]["total_count"] == len(parts)
    assert html["source"]["body"].startswith("<p>")
    assert not plain["source"]["body"].startswith("<p>")


def test_every_message_is_told(client: TestClient, tables: duckdb.DuckDBPyConnection) -> None:
    records = client.app.state.records  # type: ignore[attr-defined]
    told: set[str] = set()
    for id_ in records.conversations:
        detail = records.detail(id_, plaintext=True)
        told |= {detail["source"]["id"]}
        told |= {part["id"] for part in detail["conversation_parts"]["conversation_parts"]}
    written = tables.execute("select remote_id from messages where system = 'intercom'").fetchall()
    assert {id_ for (id_,) in written} <= told


def test_unknown_conversation_is_404(client: TestClient) -> None:
    answer = client.get("/conversations/1")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "not_found"


def test_contact_search_begins_with_the_next_day(client: TestClient) -> None:
    everybody = client.post("/contacts/search", json=since(0, per_page=150)).json()["data"]
    moment = everybody[0]["updated_at"]
    later = client.post("/contacts/search", json=since(moment, per_page=150)).json()["data"]
    next_day = moment // DAY * DAY + DAY
    assert later
    assert all(contact["updated_at"] >= next_day for contact in later)


def test_merged_contacts_are_gone_from_search(
    client: TestClient, tables: duckdb.DuckDBPyConnection
) -> None:
    kept = tables.execute(
        "select count(*) from identities "
        "where system = 'intercom' and merged_into_remote_id is null"
    ).fetchone()
    page = client.post("/contacts/search", json=since(0)).json()
    assert kept is not None
    assert page["total_count"] == kept[0]


def test_query_that_makes_no_sense_is_refused(client: TestClient) -> None:
    for query in ({"field": "shoe_size", "operator": "=", "value": 1}, None):
        answer = client.post("/conversations/search", json={"query": query})
        assert answer.status_code == 400


def test_rate_limit_is_told_and_kept(world: Path) -> None:
    client = client_of(world, calls_per_minute=12, clock=lambda: 1_000_003.0)
    answers = [client.get("/teams") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
    assert answers[2].headers["X-RateLimit-Reset"] == "1000010"
    assert answers[2].json()["errors"][0]["code"] == "rate_limit_exceeded"
