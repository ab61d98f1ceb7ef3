"""The sample SurveyMonkey answers as the vendor does: pages, filters, limits, refusals."""

import pytest
from fastapi.testclient import TestClient

from sample.servers.surveymonkey import TOKEN, Store, app

BULK = "/v3/surveys/7/responses/bulk"


@pytest.fixture
def store() -> Store:
    made = Store()
    made.survey("7")
    for n in range(1, 6):
        made.put("7", f"r{n}", f"2026-03-0{n}T09:00:00+00:00")
    return made


@pytest.fixture
def client(store: Store) -> TestClient:
    made = TestClient(app(store))
    made.headers["Authorization"] = f"Bearer {TOKEN}"
    return made


def test_pages_are_numbered_and_the_last_one_has_no_next(client: TestClient) -> None:
    asked = {"per_page": 3, "sort_order": "ASC"}
    first = client.get(BULK, params=asked).json()
    last = client.get(BULK, params={**asked, "page": 2}).json()
    assert [row["id"] for row in first["data"] + last["data"]] == ["r1", "r2", "r3", "r4", "r5"]
    assert (first["total"], "next" in first["links"], "next" in last["links"]) == (5, True, False)


def test_the_start_is_exclusive_to_the_second(client: TestClient) -> None:
    asked = {"start_modified_at": "2026-03-04T09:00:00"}
    assert [row["id"] for row in client.get(BULK, params=asked).json()["data"]] == ["r5"]


def test_a_changed_response_moves_to_the_end(client: TestClient, store: Store) -> None:
    store.put("7", "r1", "2026-03-09T09:00:00+00:00")
    rows = client.get(BULK, params={"sort_order": "ASC"}).json()["data"]
    assert rows[-1]["id"] == "r1"


def test_spent_limits_say_how_long_they_last(client: TestClient, store: Store) -> None:
    store.left["Day"] = 1
    assert client.get("/v3/surveys/7/details").json()["response_count"] == 5
    refused = client.get("/v3/surveys/7/responses")
    assert refused.status_code == 429
    assert refused.headers["X-Ratelimit-App-Global-Day-Remaining"] == "0"
    assert refused.headers["X-Ratelimit-App-Global-Day-Reset"] == "40000"


@pytest.mark.parametrize(
    ("path", "token", "status"), [(BULK, "no", 401), ("/v3/surveys/8/details", TOKEN, 404)]
)
def test_strangers_and_unknown_surveys_are_refused(
    client: TestClient, path: str, token: str, status: int
) -> None:
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error"]["http_status_code"]) == (status, status)
