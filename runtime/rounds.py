"""Run one round: trigger the ingest DAGs, follow the asset-driven chain to its end, report.

Nothing after the ingest DAGs is triggered from here; the assets do that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from runtime.local_airflow import LocalAirflow, StartFailed
from runtime.rest import AirflowApi
from warehouse.clock import iso

CHAIN = ("unify", "enrich", "marts", "publish")
# What comes after it, as the database, may fail without taking the files away.
_PUBLISHES = ("publish", "publish_version")
_OVER = {"success", "failed"}
# A look costs 40 ms of the machine that the tasks run on, so the longer nothing moves, the fewer.
_POLL_SECONDS = 1
_POLL_SECONDS_AT_MOST = 3
_LOG_LINES = 12
_STALLED_SECONDS = 180


@dataclass(frozen=True)
class TaskFailure:
    """A failed task: where, its error in one line, and the end of its log."""

    dag_id: str
    task_id: str
    error: str
    log_tail: str


@dataclass
class RoundResult:
    """How a round ended. `published` is false when the chain stopped before there was a version."""

    since: datetime
    seconds: float = 0.0
    published: bool = False
    failures: list[TaskFailure] = field(default_factory=list)


def failure_of(api: AirflowApi, task: dict[str, Any]) -> TaskFailure:
    """What the log of a failed task says."""
    dag_id, task_id = task["dag_id"], task["task_id"]
    records = api.log(dag_id, task["dag_run_id"], task_id, task["try_number"])
    errors = [r for r in records if r.get("error_detail")]
    last = errors[-1]["error_detail"][-1] if errors else {}
    error = f"{last.get('exc_type', 'error')}: {last.get('exc_value', 'see the log')}"
    told = [str(r.get("event", "")) for r in records]
    tail = "\n".join([line for line in told if not line.startswith("::")][-_LOG_LINES:])
    return TaskFailure(dag_id, task_id, " ".join(error.split()), tail)


class Round:
    """One round on a running Airflow."""

    def __init__(
        self,
        airflow: LocalAirflow,
        as_of: datetime,
        channels: list[str],
        say: Callable[[str], None],
    ) -> None:
        self._airflow = airflow
        self._api = airflow.api
        self._as_of = as_of
        self._ingest = [f"ingest_{name}" for name in channels]
        self._say = say
        self._told: dict[tuple[str, str], str] = {}
        self._started = self._moved = time.monotonic()

    def run(self) -> RoundResult:
        """Trigger and wait.

        Raises:
            StartFailed: a DAG does not import, Airflow died, or it stopped starting tasks.
        """
        self._airflow.wait_for_dags([*self._ingest, *CHAIN])
        since = datetime.now(UTC)
        run_id = f"round__{since:%Y%m%dT%H%M%S%f}"
        for dag_id in self._ingest:
            self._api.trigger(dag_id, run_id, {"as_of": iso(self._as_of)})
        result = RoundResult(since.replace(microsecond=0))
        self._follow(since, result)
        result.seconds = time.monotonic() - self._started
        return result

    def _follow(self, since: datetime, result: RoundResult) -> None:
        """Look until nothing more will come."""
        pause, told = _POLL_SECONDS, self._told.copy()
        while not self._advance(since, result):
            self._airflow.check_alive()
            self._check_moving()
            pause = _POLL_SECONDS if self._told != told else min(pause + 1, _POLL_SECONDS_AT_MOST)
            told = self._told.copy()
            time.sleep(pause)

    def _advance(self, since: datetime, result: RoundResult) -> bool:
        """Look once; tell what changed. True when nothing more will come."""
        try:
            runs = {run["dag_id"]: run for run in self._api.runs_since(since)}
            self._tell(runs, result)
        except httpx.TransportError:
            return False
        states = {dag_id: run["state"] for dag_id, run in runs.items()}
        if any(states.get(dag_id) not in _OVER for dag_id in self._ingest):
            return False
        if all(states[dag_id] == "failed" for dag_id in self._ingest):
            return True  # nothing new came in at all: what is published stays
        result.published = self._told.get(_PUBLISHES) == "success"
        broke_off = any(states.get(dag_id) == "failed" for dag_id in CHAIN)
        return broke_off or states.get(CHAIN[-1]) == "success"

    def _tell(self, runs: dict[str, dict[str, Any]], result: RoundResult) -> None:
        """Tell what changed in the runs, by DAG, that were not over at the last look."""
        untold = {
            dag_id: run for dag_id, run in runs.items() if self._told.get((dag_id, "")) not in _OVER
        }
        for task in self._api.tasks({run["dag_run_id"] for run in untold.values()}):
            if task["dag_id"] in untold:
                self._tell_task(task, result)
        over = {dag_id: run["state"] for dag_id, run in untold.items() if run["state"] in _OVER}
        self._told |= {(dag_id, ""): state for dag_id, state in over.items()}

    def _tell_task(self, task: dict[str, Any], result: RoundResult) -> None:
        state, key = task["state"], (task["dag_id"], task["task_id"])
        if state is None or self._told.get(key) == state:
            return
        self._told[key] = state
        if state in {"running", "success", "failed", "upstream_failed", "up_for_retry"}:
            took = f"{task['duration']:.1f} s" if task["duration"] and state in _OVER else ""
            self._line(".".join(key), state, took)
        if state == "failed":
            result.failures.append(failure_of(self._api, task))

    def _check_moving(self) -> None:
        """A task may take its time; nothing running and nothing starting is a fault."""
        if "running" in self._told.values():
            self._moved = time.monotonic()
        if time.monotonic() - self._moved > _STALLED_SECONDS:
            raise StartFailed(
                f"Airflow has started nothing for {_STALLED_SECONDS} s; "
                f"the reason stands in {self._airflow.logs / 'scheduler.log'}"
            )

    def _line(self, what: str, state: str, took: str) -> None:
        self._moved = time.monotonic()
        elapsed = self._moved - self._started
        self._say(f"{elapsed:6.1f} s  {what:<32} {state:<16} {took}".rstrip())
