"""The sample's form tool answers as Typeform does: order, tokens, types of response, refusals."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sample.servers.logins import LOGINS
from sample.servers.survey import FORMS, app
from tests.connectors.slices import at, write_world

PATH = f"/forms/{FORMS['nps']}/responses"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    rows = [
        {
            "remote_id": f"token{n}",
            "origin": "survey",
            "survey_type": "nps",
            "score": float(n),
            "scale_min": 0.0,
            "scale_max": 10.0,
            "sent_at": at("2026-03-01 08:00"),
            "responded_at": at(f"2026-03-0{n} 09:00") if n < 5 else None,
            "identity_remote_id": "pat@example.com",
        }
        for n in range(1, 8)
    ]
    world = write_world(tmp_path / "world", surveys=rows)
    made = TestClient(app(world, per_second=1000))
    made.headers["Authorization"] = f"Bearer {LOGINS['survey'].secret}"
    return made


def tokens(client: TestClient, **params: str | int) -> list[str]:
    return [row["token"] for row in client.get(PATH, params=params).json()["items"]]


def test_when_nothing_is_asked_then_completed_responses_come_newest_first(
    client: TestClient,
) -> None:
    assert tokens(client) == ["token4", "token3", "token2", "token1"]


def test_when_walked_by_before_then_every_response_comes_once(client: TestClient) -> None:
    first = tokens(client, page_size=3)
    assert tokens(client, page_size=3, before=first[-1]) == ["token1"]


def test_when_sorted_since_a_moment_then_it_is_inclusive(client: TestClient) -> None:
    asked = {"sort": "submitted_at,asc", "since": "2026-03-03T09:00:00"}
    assert tokens(client, **asked) == ["token3", "token4"]


def test_when_unanswered_then_a_response_has_no_submission(client: TestClient) -> None:
    body = client.get(PATH, params={"response_type": "started,partial"}).json()
    assert body["total_items"] == 3
    assert {row["submitted_at"] for row in body["items"]} == {None}


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        (PATH, {"sort": "submitted_at,asc", "before": "token1"}, 400, "VALIDATION_ERROR"),
        (PATH, {"page_size": 1001}, 400, "VALIDATION_ERROR"),
        ("/forms/nope/responses", {}, 404, "FORM_NOT_FOUND"),
    ],
)
def test_when_asked_wrongly_then_the_vendors_error_comes(
    client: TestClient, path: str, params: dict[str, str | int], status: int, code: str
) -> None:
    answer = client.get(path, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_when_the_token_is_wrong_then_401(client: TestClient) -> None:
    answer = client.get(PATH, headers={"Authorization": "Bearer nope"})
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_FAILED")


def test_when_asked_a_third_time_within_a_second_then_429(tmp_path: Path) -> None:
    eager = TestClient(app(write_world(tmp_path / "world"), per_second=2))
    eager.headers["Authorization"] = f"Bearer {LOGINS['survey'].secret}"
    assert [eager.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
