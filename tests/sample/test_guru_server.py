"""The sample's Guru answers as Guru does: pages by link, both lists of cards, inclusive dates."""

import pytest
from fastapi.testclient import TestClient

from sample.servers.guru import API, TEAM, Team, app
from sample.servers.logins import Login

LOGIN = Login("kim@fernhill.example", "token")
CARDS = f"{API}/search/cardmgr"


@pytest.fixture
def client() -> TestClient:
    team = Team(LOGIN, page_size=2)
    for number in range(5):
        team.put({"id": f"c{number}", "dateCreated": f"2025-01-0{5 - number}T00:00:00Z"})
    team.put({"id": "c0", "archived": True})
    team.events = [{"eventDate": f"2025-03-0{day}T00:00:00.000+0000"} for day in range(1, 6)]
    made = TestClient(app(team))
    made.auth = tuple(LOGIN)
    return made


def test_other_logins_are_refused(client: TestClient) -> None:
    assert client.get(f"{API}/whoami", auth=("kim@fernhill.example", "other")).status_code == 401
    assert client.get(f"{API}/whoami").json()["team"]["id"] == TEAM


def test_a_link_leads_through_the_pages_until_there_is_none(client: TestClient) -> None:
    search = {"queryType": "cards", "sorts": [{"type": "dateCreated", "dir": "ASC"}]}
    first = client.post(CARDS, json=search)
    assert [card["id"] for card in first.json()] == ["c4", "c3"]
    assert first.headers["Link"].endswith('; rel="next-page"')
    second = client.post(first.links["next-page"]["url"].strip(), json=search)
    assert [card["id"] for card in second.json()] == ["c2", "c1"]
    assert "Link" not in second.headers


def test_archived_cards_are_in_a_list_of_their_own(client: TestClient) -> None:
    found = client.post(CARDS, json={"queryType": "archived"})
    assert [card["id"] for card in found.json()] == ["c0"]


def test_what_cannot_be_asked_is_refused(client: TestClient) -> None:
    assert client.post(CARDS, json={"sorts": [{"type": "colour"}]}).status_code == 400
    assert client.post(f"{CARDS}?token=unknown", json={}).status_code == 400
    assert client.get(f"{API}/cards/none").status_code == 404
    assert client.get(f"{API}/teams/other/analytics").status_code == 404


def test_both_dates_of_the_analytics_are_included_and_nothing_is_no_content(
    client: TestClient,
) -> None:
    path = f"{API}/teams/{TEAM}/analytics"
    params = {"fromDate": "2025-03-02T00:00:00+00:00", "toDate": "2025-03-03T00:00:00+00:00"}
    found = client.get(path, params=params).json()
    assert [event["eventDate"][:10] for event in found] == ["2025-03-02", "2025-03-03"]
    params = {"fromDate": "2026-01-01", "toDate": "2026-01-02"}
    assert client.get(path, params=params).status_code == 204
