"""The Freshdesk server speaks as the REST API v2 does."""

from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from sample.servers.freshdesk import Desk, app
from warehouse.clock import parse_as_of

KEY = "fd-sample-0c7d5e91ab"


def ticket(id_: int, day: int, **own: Any) -> dict[str, Any]:
    at = f"2026-05-{day:02d}T09:00:00Z"
    said = {"description_text": "help", "stats": {"resolved_at": None}}
    return {"id": id_, "requester_id": 1, "created_at": at, "updated_at": at, **said, **own}


@pytest.fixture
def desk() -> Desk:
    desk = Desk(KEY, last_page=2)
    desk.now = lambda: parse_as_of("2026-05-31T00:00:00Z")
    for number in (1, 2, 3):
        desk.put("tickets", ticket(number, number))
    return desk


def get(desk: Desk, path: str, **params: str) -> httpx.Response:
    return TestClient(app(desk)).get(f"/api/v2/{path}", params=params, auth=(KEY, "X"))


def ids(answer: httpx.Response) -> list[int]:
    return [row["id"] for row in answer.json()]


def test_list_without_a_since_has_what_was_created_in_thirty_days(desk: Desk) -> None:
    assert ids(get(desk, "tickets")) == [3, 2, 1]
    desk.now = lambda: parse_as_of("2026-06-01T10:00:00Z")
    assert ids(get(desk, "tickets")) == [3]
    asked = {"updated_since": "2026-05-02T09:00:00Z", "order_by": "updated_at"}
    assert ids(get(desk, "tickets", **asked, order_type="asc")) == [2, 3]


def test_next_page_is_linked_and_pages_end(desk: Desk) -> None:
    first = get(desk, "tickets", per_page="1")
    assert first.links["next"]["url"].endswith("per_page=1&page=2")
    assert "next" not in get(desk, "tickets", per_page="2", page="2").links
    refused = get(desk, "tickets", per_page="1", page="3")
    assert refused.status_code == 400
    assert "beyond the 2th page" in refused.text


def test_trash_and_spam_are_in_lists_of_their_own(desk: Desk) -> None:
    desk.of("tickets")[1]["deleted"] = True
    desk.of("tickets")[2]["spam"] = True
    assert ids(get(desk, "tickets")) == [3]
    assert ids(get(desk, "tickets", filter="deleted")) == [1]
    assert ids(get(desk, "tickets", filter="spam")) == [2]


def test_only_what_is_included_is_shown(desk: Desk) -> None:
    plain = get(desk, "tickets").json()[0]
    assert not {"description_text", "stats", "requester"} & plain.keys()
    whole = get(desk, "tickets", include="stats,requester,description").json()[0]
    assert {"description_text", "stats", "requester"} <= whole.keys()


def test_merge_closes_one_ticket_and_moves_what_was_said(desk: Desk) -> None:
    desk.say(2, {"id": 20, "body_text": "hello", "created_at": "2026-05-03T09:00:00Z"})
    desk.merge(into=1, ticket=2, at="2026-05-04T09:00:00Z", note=90)
    assert get(desk, "tickets/2").json()["status"] == 5
    assert ids(get(desk, "tickets/1/conversations")) == [20, 91]
    (note,) = get(desk, "tickets/2/conversations").json()
    assert note["body_text"].endswith("merged into ticket 1")


def test_refusals_are_freshdesk_s(desk: Desk) -> None:
    client = TestClient(app(desk))
    assert (
        client.get("/api/v2/tickets", auth=("other", "X")).json()["code"] == "invalid_credentials"
    )
    assert get(desk, "tickets/9").status_code == 404
    assert get(desk, "nothing").status_code == 404
    desk.refused = 1
    limited = get(desk, "tickets")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
