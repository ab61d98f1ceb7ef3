"""Aircall: capped queries, calls that change later, what faults say, and the staging it ends in."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.aircall import reading
from connectors.aircall.source import source
from connectors.contract import Credentials, SourceError
from connectors.http import Policy
from sample.servers.aircall import Line, app
from tests.connectors.slices import (
    Row,
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)

KEYS = ("ac-sample-id", "ac-sample-5b7d90e2c1")
ANN, JOE = "+1 555-010-0001", "+1 555-010-0002"
UMA = {"id": 7, "name": "Uma", "email": "uma@us.example"}


def when(day: int, hour: int = 9, second: int = 0) -> int:
    """In June 2026."""
    return int(at(f"2026-06-{day:02d} {hour:02d}:00").timestamp()) + second


def call(id_: int, day: int, **changes: Any) -> Row:
    """Ann's, on that day at nine; answered after 30 s, over after 300."""
    ring = when(day)
    own = {
        "direction": "inbound",
        "status": "done",
        "missed_call_reason": None,
        "started_at": ring,
        "answered_at": ring + 30,
        "ended_at": ring + 300,
        "duration": 300,
        "raw_digits": ANN,
        "voicemail": None,
        "recording": f"https://sound.example/{id_}",
        "archived": False,
        "user": UMA,
        "contact": None,
        "teams": [{"id": 1, "name": "Care"}],
        "number": {"id": 3, "name": "Main"},
        "tags": [],
        "comments": [],
    }
    return {"id": id_} | own | changes


@pytest.fixture(scope="module")
def served_line() -> Iterator[tuple[Line, FastAPI, str]]:
    line = Line(KEYS)
    api = app(line)
    with served(api) as address:
        yield line, api, address


@pytest.fixture
def line(served_line: tuple[Line, FastAPI, str]) -> Line:
    """The server's account, emptied; a call a day from the first to the third."""
    line, api, _ = served_line
    line.__init__(KEYS)  # type: ignore[misc]
    api.user_middleware[:-1] = []
    api.middleware_stack = None
    for day in (1, 2, 3):
        line.put("calls", call(day, day))
    return line


@pytest.fixture
def login(served_line: tuple[Line, FastAPI, str], line: Line) -> Credentials:
    return credentials(served_line[2], *KEYS)


def pull(login: Credentials, **settings: Any) -> dict[str, int]:
    policy = Policy(attempts=3, sleep=lambda _: None)
    return extract("aircall", source(login, policy=policy, **settings))


def test_first_run_then_what_changed_then_nothing(line: Line, login: Credentials) -> None:
    assert pull(login) == {"calls": 3}
    line.put("calls", call(4, 4))
    line.of("calls")[2]["tags"] = [{"id": 1, "name": "vip"}]
    assert pull(login) == {"calls": 2}
    # Links to sound are signed anew each time; that alone is no change.
    assert pull(login) == {}
    account = load("aircall")["calls"]
    assert account.quarantined == 0
    assert raw("select id, recording from raw_aircall.calls where id = 4") == [
        (4, "https://sound.example/4")
    ]


def test_query_that_ends_early_is_asked_anew_from_the_last_call(
    line: Line, login: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    line.most = 4
    for number in range(4, 28):
        line.put("calls", call(number, number))
    assert pull(login)["calls"] == 27


def test_second_with_more_calls_than_a_page_is_read_and_beyond_the_end_is_said(
    line: Line, login: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    for number in range(4, 10):
        line.put("calls", call(number, 10))
    assert pull(login)["calls"] == 9
    line.most = 4
    with pytest.raises(SourceError, match="calls: gives out 4 of 6 records of one second"):
        pull(login)


def test_call_that_still_ran_is_looked_at_again_however_old(line: Line, login: Credentials) -> None:
    line.put("calls", call(9, 1, status="answered", ended_at=None))
    line.put("calls", call(20, 20))
    pull(login)
    line.put("calls", call(9, 1))
    assert pull(login) == {"calls": 1}
    assert pull(login) == {}
    load("aircall")
    assert raw("select status from raw_aircall.calls where id = 9") == [("done",)]


def test_comment_within_the_lookback_is_found_and_after_it_not(
    line: Line, login: Credentials
) -> None:
    line.put("calls", call(20, 20))
    pull(login)
    line.of("calls")[3]["comments"] = [{"content": "late"}]
    assert pull(login) == {}
    assert pull(login, lookback_days=30) == {"calls": 3}


def test_transcription_that_comes_late_is_fetched_once(line: Line, login: Credentials) -> None:
    pull(login, transcripts=True)
    line.put("transcriptions", {"id": 1, "call_id": 2, "content": {"utterances": []}})
    assert pull(login, transcripts=True) == {"transcriptions": 1}
    assert pull(login, transcripts=True) == {}
    line.calls.clear()
    pull(login)
    assert not [path for path, _ in line.calls if "transcription" in path]


def test_transcriptions_of_a_long_history_are_asked_for_over_several_runs(
    line: Line, login: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.aircall.source.TRANSCRIPTS_A_RUN", 2)
    for number in (1, 2, 3):
        line.put("transcriptions", {"id": number, "call_id": number, "content": {}})
    assert [pull(login, transcripts=True).get("transcriptions", 0) for _ in range(3)] == [2, 1, 0]


def test_contacts_come_with_their_calls_and_from_their_list(line: Line, login: Credentials) -> None:
    line.put("contacts", {"id": 5, "first_name": "Joe", "created_at": when(1)})
    ann = {"id": 6, "first_name": "Ann", "created_at": when(1)}
    line.of("calls")[1]["contact"] = ann
    assert pull(login)["contacts"] == 2
    line.put("calls", call(4, 4, contact={**ann, "first_name": "Anna"}))
    pull(login)
    load("aircall")
    assert raw("select first_name from raw_aircall.contacts order by id") == [("Joe",), ("Anna",)]


def test_vendor_s_own_counts_are_kept(line: Line, login: Credentials) -> None:
    line.put("users", {**UMA, "created_at": "2026-01-01T00:00:00.000Z"})
    ours = source(login)
    extract("aircall", ours)
    counts = {n: ours.resources[n].state["vendor_count"]["count"] for n in ("calls", "users")}
    assert counts == {"calls": 3, "users": 1}


def test_limit_is_waited_out_until_the_time_it_names(line: Line, login: Credentials) -> None:
    waits: list[float] = []
    line.refused, line.reset = 1, str(int(time.time()) + 40)
    extract("aircall", source(login, policy=Policy(sleep=waits.append)))
    assert len(waits) == 1
    assert 20 < waits[0] <= 41


def test_wrong_token_is_one_line_without_it(login: Credentials) -> None:
    wrong = login.model_copy(update={"password": "not-the-token"})
    with pytest.raises(SourceError) as caught:
        pull(wrong)
    line = str(caught.value)
    assert line.startswith("aircall: /v1/")
    assert line.endswith("renew login and secret in connection heedline_aircall")
    assert "not-the-token" not in line


def test_unreadable_start_is_refused(login: Credentials) -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        source(login, start_at="last week")


def test_fault_midway_moves_nothing_and_the_next_run_heals(
    line: Line,
    login: Credentials,
    served_line: tuple[Line, FastAPI, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 1)
    broken = iter([False, True])

    def cut(request: Request) -> Response | None:
        if request.url.path == "/v1/calls" and next(broken, False):
            return Response('{"calls": []}', media_type="application/json")
        return None

    intercept(served_line[1], cut)
    with pytest.raises(SourceError, match="calls: answer has no list 'calls' with meta"):
        pull(login)
    line.put("calls", call(4, 4, direction=None))
    assert pull(login) == {"calls": 4}
    account = load("aircall")["calls"]
    assert (account.received, account.accepted, account.quarantined) == (4, 3, 1)


def test_staging_gives_the_unified_entities(line: Line, login: Credentials) -> None:
    made = "2026-01-01T00:00:00.000Z"
    line.put("users", {**UMA, "time_zone": "Europe/Paris", "created_at": made})
    line.put("teams", {"id": 1, "name": "Care", "users": [UMA], "created_at": made})
    unanswered: Row = {"answered_at": None, "user": None}
    joe = {
        "id": 6,
        "first_name": "Joe",
        "last_name": "Doe",
        "created_at": when(1),
        "emails": [{"value": "Joe@Acme.example"}],
        "phone_numbers": [{"value": JOE}],
    }
    note = {"content": "call back", "posted_at": when(20), "posted_by": UMA}
    vip, sound = [{"id": 1, "name": "vip"}], "https://sound.example/v"
    for row in (
        call(2, 2, **unanswered, voicemail=sound, raw_digits=JOE, contact=joe, tags=vip),
        call(3, 3, **unanswered, missed_call_reason="abandoned_in_ivr"),
        call(4, 4, **unanswered, missed_call_reason="agents_did_not_answer"),
        call(20, 20, **unanswered, voicemail=sound, raw_digits="anonymous", comments=[note]),
        call(21, 21, **unanswered, voicemail=sound, archived=True, raw_digits="anonymous"),
        call(22, 22, direction="outbound", raw_digits=JOE, contact=joe),
    ):
        line.put("calls", row)
    spoken = [
        {"participant_type": "internal", "text": "Hello"},
        {"participant_type": "external", "text": "My parcel never came"},
    ]
    line.put("transcriptions", {"id": 1, "call_id": 1, "content": {"utterances": spoken}})
    pull(login, transcripts=True)
    assert all(account.quarantined == 0 for account in load("aircall").values())
    build_staging("aircall")

    calls = staged("aircall", "calls")
    assert {k: (r["direction"], r["outcome"], r["talk_seconds"]) for k, r in calls.items()} == {
        "1": ("inbound", "answered", 270.0),
        "2": ("inbound", "voicemail", None),
        "3": ("inbound", "abandoned", None),
        "4": ("inbound", "missed", None),
        "20": ("inbound", "voicemail", None),
        "21": ("inbound", "voicemail", None),
        "22": ("outbound", "answered", 270.0),
    }
    assert calls["1"]["transcript"] == "Agent: Hello\nCaller: My parcel never came"
    found = staged("aircall", "conversations")
    assert {k: (r["status"], r["contact_remote_id"]) for k, r in found.items()} == {
        "1": ("solved", "+15550100001"),
        "2": ("solved", "6"),  # the voicemail that the outbound call answered
        "3": ("closed", "+15550100001"),
        "4": ("closed", "+15550100001"),
        "20": ("open", None),
        "21": ("closed", None),
        "22": ("solved", "6"),
    }
    two = found["2"]
    assert (two["channel"], two["team"], two["brand"]) == ("phone", "Care", "Main")
    assert two["tags"] == '["vip"]'
    messages = staged("aircall", "messages")
    assert {k: (r["author_type"], r["is_public"], r["body"]) for k, r in messages.items()} == {
        "1": ("customer", True, "My parcel never came"),
        "20-comment-1": ("agent", False, "call back"),
    }
    people = staged("aircall", "contacts")
    assert {k: (r["name"], r["email"], r["phone"]) for k, r in people.items()} == {
        "6": ("Joe Doe", "joe@acme.example", JOE),
        "+15550100001": (None, None, "+15550100001"),
    }
    agent = staged("aircall", "agents")["7"]
    assert (agent["team"], agent["time_zone"]) == ("Care", "Europe/Paris")
