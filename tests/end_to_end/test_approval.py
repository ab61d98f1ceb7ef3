"""A person is asked before a list leaves: a real Airflow, answers over its REST API."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from runtime.local_airflow import LocalAirflow
from runtime.processes import earlier_ones_gone
from tests.outreach.delivery.house import House
from warehouse.settings import Settings, settings

pytestmark = pytest.mark.slow

TARGETS = """
approval_hours: 4
targets:
  calls:
    kind: csv
    enabled: true
    fields: {Name: "{customer_name}"}
"""
ENDED = {"success", "failed"}


class Outreach:
    """The DAG `outreach` of a home of its own, run by run."""

    def __init__(self, airflow: LocalAirflow, home: Settings) -> None:
        self._airflow = airflow
        self._home = home
        self._http = httpx.Client(base_url=airflow.url, timeout=30, trust_env=False)
        token = self._http.get("/auth/token").raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def begin(self, run: str) -> None:
        self._airflow.api.trigger("outreach", run, {})

    def answer(self, run: str, said: str) -> None:
        """Say `said` once the question is asked, and no faster than a person could.

        Airflow fails a task that goes on before its scheduler has seen the asking process end.
        """
        seen = f"TaskInstance Finished: dag_id=outreach, task_id=approve, run_id={run}"
        self._wait(run, lambda: self._now(run).get("approve") == "awaiting_input")
        self._wait(run, lambda: seen in (self._airflow.logs / "scheduler.log").read_text())
        path = f"/api/v2/dags/outreach/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"
        self._http.patch(path, json={"chosen_options": [said]}).raise_for_status()

    def states(self, run: str) -> dict[str, str]:
        """Of the tasks by name, once the run is over."""
        path = f"/api/v2/dags/outreach/dagRuns/{run}"
        self._wait(run, lambda: self._http.get(path).json()["state"] in ENDED)
        return self._now(run)

    def files(self) -> list[str]:
        """Names of customers in what was delivered."""
        written = sorted((self._home.deliveries / "calls").glob("*.csv"))
        return [line for file in written for line in file.read_text().splitlines()[1:]]

    def _now(self, run: str) -> dict[str, str]:
        return {task["task_id"]: task["state"] for task in self._airflow.api.tasks({run})}

    def _wait(self, run: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 180
        while not is_so():
            assert time.monotonic() < deadline, self._now(run)
            self._airflow.check_alive()
            time.sleep(0.5)


@pytest.fixture
def outreach(tmp_path: Path) -> Iterator[Outreach]:
    House()
    home = settings()
    home.targets_file.write_text(TARGETS)
    with ExitStack() as started:
        alive = started.enter_context(earlier_ones_gone(tmp_path / "processes.lock", print))
        own = {"HEEDLINE_TASK_RETRIES": "0"}
        airflow = started.enter_context(LocalAirflow(home, own, dict, print, inherited=alive))
        airflow.wait_for_dags(["outreach"])
        yield Outreach(airflow, home)


def test_nothing_leaves_before_a_person_says_so_and_nobody_is_asked_about_nothing(
    outreach: Outreach,
) -> None:
    outreach.begin("refused")
    outreach.answer("refused", "Reject")
    assert outreach.states("refused")["deliver"] == "skipped"
    assert outreach.files() == []

    outreach.begin("allowed")
    outreach.answer("allowed", "Approve")
    assert outreach.states("allowed")["deliver"] == "success"
    assert len(outreach.files()) == 3

    outreach.begin("done")
    states = outreach.states("done")
    assert (states["approve"], states["deliver"]) == ("skipped", "skipped")
    assert len(outreach.files()) == 3
