"""The sample Zendesk: pages, stop rules, login and rate limit as the vendor has them."""

import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fastapi.testclient import TestClient

from sample.servers.logins import LOGINS
from sample.servers.zendesk import app

LOGIN = LOGINS["zendesk"]
CURSOR = "/api/v2/incremental/tickets/cursor.json"
EVENTS = "/api/v2/incremental/ticket_events.json"


@pytest.fixture
def client(world: Path) -> TestClient:
    found = TestClient(app(world))
    found.auth = (LOGIN.user, LOGIN.secret)
    return found


def count(tables: duckdb.DuckDBPyConnection, table: str) -> int:
    found = tables.execute(f"select count(*) from {table} where system = 'zendesk'").fetchone()
    assert found is not None
    return int(found[0])


def test_wrong_login_gets_the_vendors_401(client: TestClient) -> None:
    answer = client.get(CURSOR, params={"start_time": 0}, auth=(LOGIN.user, "wrong"))
    assert answer.status_code == 401
    assert answer.json() == {"error": "Couldn't authenticate you"}


def test_cursor_export_gives_every_ticket_once(
    client: TestClient, tables: duckdb.DuckDBPyConnection
) -> None:
    seen: list[int] = []
    params: dict[str, Any] = {"start_time": 0}
    while True:
        page = client.get(CURSOR, params={**params, "per_page": 50}).json()
        seen += [ticket["id"] for ticket in page["tickets"]]
        assert page["after_cursor"], "given even on the last page"
        if page["end_of_stream"]:
            break
        params = {"cursor": page["after_cursor"]}
    assert len(seen) == len(set(seen)) == count(tables, "conversations")
    after = client.get(CURSOR, params={"cursor": page["after_cursor"]}).json()
    assert (after["tickets"], after["end_of_stream"]) == ([], True)


def test_time_export_repeats_the_last_second(client: TestClient) -> None:
    first = client.get(EVENTS, params={"start_time": 0, "per_page": 50}).json()
    assert first["next_page"].endswith(f"start_time={first['end_time']}")
    second = client.get(EVENTS, params={"start_time": first["end_time"], "per_page": 50}).json()
    assert second["ticket_events"][0]["timestamp"] == first["end_time"]
    assert second["count"] == 50


def test_comments_come_only_when_asked_for(client: TestClient) -> None:
    def children(**params: Any) -> list[dict[str, Any]]:
        page = client.get(EVENTS, params={"start_time": 0, **params}).json()
        return [child for event in page["ticket_events"] for child in event["child_events"]]

    assert not any("body" in child for child in children())
    assert any(child.get("body") for child in children(include="comment_events"))


def test_every_message_is_told_with_its_words(
    client: TestClient, tables: duckdb.DuckDBPyConnection
) -> None:
    told: set[str] = set()
    start = 0
    while True:
        params = {"start_time": start, "include": "comment_events"}
        page = client.get(EVENTS, params=params).json()
        for event in page["ticket_events"]:
            told |= {str(c["id"]) for c in event["child_events"] if c["event_type"] == "Comment"}
        start = page["end_time"]
        if page["end_of_stream"]:
            break
    written = tables.execute("select remote_id from messages where system = 'zendesk'").fetchall()
    assert {id_ for (id_,) in written} <= told


def test_last_minute_is_held_back_and_not_to_be_asked_for(world: Path) -> None:
    now = 1_770_000_000
    client = TestClient(app(world, clock=lambda: now))
    client.auth = (LOGIN.user, LOGIN.secret)
    tickets = client.get(CURSOR, params={"start_time": now - 30 * 86_400}).json()["tickets"]
    assert tickets
    assert all(ticket["generated_timestamp"] <= now - 60 for ticket in tickets)
    assert client.get(EVENTS, params={"start_time": now - 30}).status_code == 422


def test_too_many_calls_get_429_and_how_long_to_wait(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.monotonic()
    monkeypatch.setattr("sample.servers.zendesk.time.monotonic", lambda: moment)
    client = TestClient(app(world, exports_per_minute=2))
    client.auth = (LOGIN.user, LOGIN.secret)
    answers = [client.get(CURSOR, params={"start_time": 0}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "61"


def test_invalid_cursor_and_unknown_export_are_refused(client: TestClient) -> None:
    assert client.get(CURSOR, params={"cursor": "%%%"}).status_code == 400
    assert client.get("/api/v2/incremental/calls/cursor.json?start_time=0").status_code == 404


def test_list_pages_and_counts(client: TestClient) -> None:
    params: dict[str, Any] = {"page[size]": 40}
    ratings: list[int] = []
    while True:
        page = client.get("/api/v2/satisfaction_ratings.json", params=params).json()
        ratings += [rating["id"] for rating in page["satisfaction_ratings"]]
        if not page["meta"]["has_more"]:
            break
        params["page[after]"] = page["meta"]["after_cursor"]
    assert len(ratings) == len(set(ratings)) > 40
    users = client.get("/api/v2/users/count.json").json()["count"]["value"]
    listed = client.app.state.records.users  # type: ignore[attr-defined]
    assert 0 < users == sum(user["active"] for user in listed) < len(listed)
