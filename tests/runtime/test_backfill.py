"""Windows one by one on an Airflow whose API gives the answers that a real one was seen to give."""

import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.windows import Window
from runtime import backfill, rest
from runtime.backfill import Backfill, cancel
from runtime.local_airflow import StartFailed, address_file
from runtime.operate import AlreadyRunning
from runtime.rest import AirflowApi
from warehouse.clock import iso, wall_now
from warehouse.settings import settings

DAG = "backfill_zendesk_week"
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
WEEKS = [Window(FIRST + timedelta(weeks=n), FIRST + timedelta(weeks=n + 1)) for n in range(3)]
Answer = Callable[[httpx.Request], httpx.Response | None]


class Recorded:
    """Airflow's backfills: a window is queued, and its run is over at the second look.

    Args:
        locked: how many backfills are not made, because the scheduler writes at the time.
    """

    def __init__(self, locked: int = 0) -> None:
        self.backfills: list[dict[str, Any]] = []
        self.runs: dict[str, dict[str, Any]] = {}
        self.locked = locked
        self.before: Answer = lambda _: None
        self.api = AirflowApi("http://127.0.0.1:1")
        self.api._http = httpx.Client(
            base_url="http://127.0.0.1:1", transport=httpx.MockTransport(self._answer)
        )

    @property
    def made(self) -> list[str]:
        return [each["from_date"][:10] for each in self.backfills if each["made"]]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if answer := self.before(request):
            return answer
        place = request.url.path.removeprefix("/api/v2")
        if request.url.path == "/auth/token":
            return httpx.Response(200, json={"access_token": "t"})
        if place == "/backfills":
            if request.method == "POST":
                return self._make(json.loads(request.content))
            return httpx.Response(200, json={"backfills": self.backfills})
        if place.startswith("/backfills/"):
            return self._one(self.backfills[int(place.split("/")[2])], request.method)
        if place.endswith("/dagRuns"):
            return self._look(request.url.params.get("logical_date_gte"))
        if place.endswith("/return_value"):
            return httpx.Response(
                200, json={"value": [{"received": 5, "accepted": 4, "quarantined": 0}]}
            )
        raise AssertionError(request.url)

    def _make(self, asked: dict[str, Any]) -> httpx.Response:
        if any(not each["completed_at"] for each in self.backfills):
            return httpx.Response(409, json={"detail": "There is already a running backfill"})
        new = {"id": len(self.backfills), "completed_at": None, "is_paused": False, **asked}
        self.backfills.append(new | {"made": not self.locked})
        if self.locked:
            self.locked -= 1
            return httpx.Response(503, json={"detail": "Database is locked."})
        begin = asked["from_date"]
        self.runs[begin] = {
            "dag_run_id": f"backfill__{begin}",
            "state": "queued",
            "start_date": None,
            "data_interval_start": begin,
            "data_interval_end": begin,
            "duration": None,
        }
        return httpx.Response(200, json=new)

    def _one(self, chosen: dict[str, Any], method: str) -> httpx.Response:
        if method == "PUT":
            if chosen["completed_at"]:
                return httpx.Response(409, json={"detail": "Backfill is already completed."})
            chosen |= {"completed_at": "now", "is_paused": True}
            queued = [run for run in self.runs.values() if run["state"] == "queued"]
            for run in queued:
                run["state"] = "failed"
        return httpx.Response(200, json=chosen)

    def _look(self, begin: str | None) -> httpx.Response:
        runs = [run for at, run in self.runs.items() if begin in (None, at)]
        answer = httpx.Response(200, json={"dag_runs": runs, "total_entries": len(runs)})
        for run in runs if begin else []:
            nexts = {"queued": "running", "running": "success"}
            run |= {"state": nexts.get(run["state"], run["state"])}
            run["start_date"] = run["start_date"] or ("now" if run["state"] == "running" else None)
        return answer


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    settings().airflow.mkdir(parents=True)
    monkeypatch.setattr(backfill, "_POLL_SECONDS", 0.001)
    monkeypatch.setattr(rest, "_PAUSE_SECONDS", 0.001)


@pytest.fixture
def airflow() -> Recorded:
    return Recorded()


def work(airflow: Recorded, say: Callable[[str], None] = lambda _: None) -> Backfill:
    return Backfill(airflow.api, None, settings(), DAG, say)


def test_windows_are_made_one_by_one_and_those_that_are_done_are_not(airflow: Recorded) -> None:
    said: list[str] = []
    assert work(airflow).run(WEEKS[:1]).done == 1
    assert work(airflow, said.append).run(WEEKS).done == 3
    assert airflow.made == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert said[0] == "1 of 3 windows are done already"
    assert [line[:10] for line in said[1:]] == ["2026-03-09", "2026-03-16"]
    assert said[1].endswith("5 rows, 4 new or changed")
    assert all(each["completed_at"] for each in airflow.backfills)


def test_a_window_that_the_scheduler_kept_from_being_made_is_made_again() -> None:
    airflow = Recorded(locked=3)
    assert work(airflow).run(WEEKS).done == 3
    assert len(airflow.backfills) == 6, "each half-made one was ended, or Airflow makes no other"


def test_an_airflow_that_makes_no_window_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_TRIES", 3)
    with pytest.raises(StartFailed, match=r"does not make the window: Database is locked\."):
        work(Recorded(locked=9)).run(WEEKS)


def test_cancelled_elsewhere_it_begins_no_other_window(airflow: Recorded) -> None:
    def say(_line: str) -> None:
        assert cancel(airflow.api, settings(), DAG)

    result = work(airflow, say).run(WEEKS)
    assert (result.done, result.cancelled) == (1, True)
    assert airflow.made == ["2026-03-02"]
    assert work(airflow).run(WEEKS).done == 3


def test_a_window_that_was_cancelled_in_the_queue_has_not_failed(airflow: Recorded) -> None:
    said: list[str] = []

    def once(request: httpx.Request) -> None:
        if request.url.params.get("logical_date_gte"):
            airflow.before = lambda _: None
            assert cancel(airflow.api, settings(), DAG)

    airflow.before = once
    result = work(airflow, said.append).run(WEEKS)
    assert (result.done, result.failures, result.cancelled) == (0, [], True)
    assert "cancelled" in said[0]
    assert work(airflow).run(WEEKS).done == 3


def test_what_airflow_itself_ended_was_not_cancelled(airflow: Recorded) -> None:
    def scheduler(_line: str) -> None:
        for each in airflow.backfills:
            each["completed_at"] = "now"

    assert work(airflow, scheduler).run(WEEKS).done == 3


def test_a_second_command_is_refused_also_between_two_windows(airflow: Recorded) -> None:
    def between(request: httpx.Request) -> None:
        if request.url.path == "/api/v2/backfills" and request.method == "POST":
            assert backfill.under_way(Recorded().api, settings(), DAG)
            with pytest.raises(AlreadyRunning, match=r"under way already; .* --cancel"):
                work(Recorded()).run(WEEKS)

    airflow.before = between
    assert work(airflow).run(WEEKS).done == 3


def test_cancelling_between_two_windows_waits_for_the_next(airflow: Recorded) -> None:
    cancelled = list[bool]()
    looked = threading.Event()

    def third_party() -> None:
        cancelled.append(cancel(airflow.api, settings(), DAG))

    other = threading.Thread(target=third_party)

    def between(request: httpx.Request) -> None:
        if threading.current_thread() is other:
            looked.set()
        elif request.method == "POST" and not other.is_alive() and not looked.is_set():
            other.start()
            looked.wait()
        elif request.url.params.get("logical_date_gte"):
            other.join()

    airflow.before = between
    assert work(airflow).run(WEEKS).cancelled
    assert cancelled == [True]


def test_nothing_is_under_way_when_nobody_works(airflow: Recorded) -> None:
    assert not backfill.under_way(airflow.api, settings(), DAG)
    assert not cancel(airflow.api, settings(), DAG)


def test_broken_off_it_leaves_no_backfill_open(airflow: Recorded) -> None:
    def ctrl_c(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(airflow, ctrl_c).run(WEEKS)
    assert airflow.backfills[0]["completed_at"]
    assert work(airflow).run(WEEKS).done == 3


def test_when_the_airflow_of_somebody_else_ends_it_ends_and_says_how_to_go_on(
    airflow: Recorded,
) -> None:
    def gone(request: httpx.Request) -> None:
        if airflow.made:
            raise httpx.ConnectError("Connection refused", request=request)

    airflow.before = gone
    with pytest.raises(StartFailed, match=f"ran {DAG} has ended; the same command goes on"):
        work(airflow).run(WEEKS)


def test_dags_of_a_session_before_are_not_those_of_this_one(airflow: Recorded) -> None:
    began = wall_now() - timedelta(minutes=5)
    times = {DAG: began - timedelta(days=1), "ingest_zendesk": began + timedelta(seconds=9)}
    dags = [{"dag_id": d, "last_parsed_time": iso(at)} for d, at in times.items()]
    dags.append({"dag_id": "new", "last_parsed_time": None})
    airflow.before = lambda _: httpx.Response(200, json={"dags": dags, "total_entries": 3})
    address_file(settings()).write_text("")
    os.utime(address_file(settings()), (began.timestamp(), began.timestamp()))
    assert airflow.api.dag_ids() == {"new", *times}
    assert backfill._has(airflow.api, settings(), {"ingest_zendesk"})
    assert not backfill._has(airflow.api, settings(), {DAG})


def test_a_session_that_has_just_begun_is_waited_for(airflow: Recorded) -> None:
    address_file(settings()).write_text("")
    answers = iter([[], [{"dag_id": DAG, "last_parsed_time": "2200-01-01T00:00:00Z"}]])
    airflow.before = lambda _: httpx.Response(
        200, json={"dags": (found := next(answers)), "total_entries": len(found)}
    )
    assert backfill._has(airflow.api, settings(), {DAG})
