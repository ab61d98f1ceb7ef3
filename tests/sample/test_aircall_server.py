"""The Aircall server speaks as the public API v1 does."""

import httpx
import pytest
from fastapi.testclient import TestClient

from sample.servers.aircall import Line, app

KEYS = ("ac-sample-id", "ac-sample-5b7d90e2c1")


@pytest.fixture
def line() -> Line:
    line = Line(KEYS, most=4)
    for number in range(1, 7):
        sound = f"https://sound.example/{number}"
        row = {"id": number, "started_at": number * 100, "recording": sound}
        line.put("calls", {**row, "contact": {"id": 9}})
    return line


def get(line: Line, path: str, **params: str) -> httpx.Response:
    return TestClient(app(line)).get(f"/v1/{path}", params=params, auth=KEYS)


def test_pages_link_on_and_end_at_the_cap_though_more_are_counted(line: Line) -> None:
    found, link = [], "calls?per_page=3"
    while link:
        answer = get(line, link).json() if "://" not in link else again(line, link)
        found += [row["id"] for row in answer["calls"]]
        link = answer["meta"]["next_page_link"]
    assert found == [1, 2, 3, 4]
    assert answer["meta"]["total"] == 6


def again(line: Line, link: str) -> dict[str, object]:
    answer: dict[str, object] = TestClient(app(line)).get(link, auth=KEYS).json()
    return answer


def test_window_is_by_creation_and_takes_both_ends_in(line: Line) -> None:
    rows = get(line, "calls", **{"from": "200", "to": "400", "order": "desc"}).json()["calls"]
    assert [row["id"] for row in rows] == [4, 3, 2]


def test_contact_is_told_only_when_asked_for_and_links_differ_each_time(line: Line) -> None:
    plain = get(line, "calls").json()["calls"][0]
    whole = get(line, "calls", fetch_contact="true").json()["calls"][0]
    assert (plain["contact"], whole["contact"]) == (None, {"id": 9})
    assert plain["recording"] != whole["recording"]


def test_transcription_is_missing_until_it_is_there(line: Line) -> None:
    assert get(line, "calls/1/transcription").status_code == 404
    line.put("transcriptions", {"id": 5, "call_id": 1})
    assert get(line, "calls/1/transcription").json()["transcription"]["id"] == 5


def test_refusals_are_aircall_s(line: Line) -> None:
    assert TestClient(app(line)).get("/v1/calls", auth=("x", "y")).status_code == 401
    assert get(line, "calls/99").status_code == 404
    assert get(line, "nothing").status_code == 404
    line.refused, line.reset = 1, "1780000000"
    limited = get(line, "calls")
    assert limited.status_code == 429
    assert limited.headers["X-AircallApi-Reset"] == "1780000000"
