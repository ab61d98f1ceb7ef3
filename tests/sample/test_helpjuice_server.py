"""The sample's Helpjuice answers as Helpjuice does: pages by number with meta, dates half open."""

import pytest
from fastapi.testclient import TestClient

from sample.servers.helpjuice import API, Account, app


@pytest.fixture
def client() -> TestClient:
    account = Account("the-key", today="2025-03-10")
    for number in range(1, 6):
        account.put("articles", {"id": number})
    days = ("2025-03-10", "2025-03-09", "2025-03-03", "2025-03-02")
    account.searches = [{"id": n, "created_at": f"{day}T10:00:00Z"} for n, day in enumerate(days)]
    made = TestClient(app(account))
    made.headers["Authorization"] = "the-key"
    return made


def test_another_key_is_refused(client: TestClient) -> None:
    assert client.get(f"{API}/articles", headers={"Authorization": "other"}).status_code == 401


def test_pages_go_by_number_and_meta_tells_how_many_there_are(client: TestClient) -> None:
    answer = client.get(f"{API}/articles", params={"limit": 2, "page": 3}).json()
    assert answer["meta"] == {"current": 3, "limit": 2, "total_pages": 3, "total_count": 5}
    assert [row["id"] for row in answer["articles"]] == [5]
    assert client.get(f"{API}/articles", params={"limit": 1001}).status_code == 422


def test_one_record_is_named_in_the_singular(client: TestClient) -> None:
    assert client.get(f"{API}/articles/2").json() == {"article": {"id": 2}}
    assert client.get(f"{API}/articles/9").status_code == 404
    assert client.get(f"{API}/faxes").status_code == 404


def test_searches_are_those_of_a_week_without_today_unless_asked(client: TestClient) -> None:
    path = f"{API}/analytics/searches"
    assert [row["id"] for row in client.get(path).json()["searches"]] == [1, 2]
    days = {"since": "2025-03-02", "upto": "2025-03-11"}
    assert len(client.get(path, params=days).json()["searches"]) == 4
