"""History by windows on a local Airflow: make a backfill, follow its windows, tell of each.

Airflow keeps which windows are done. The one that already runs in this home (`heedline up`) is
used; without one, a temporary one is started.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from connectors.windows import Window, dag_id
from runtime.local_airflow import LocalAirflow, StartFailed, address_file
from runtime.operate import AlreadyRunning, Plan, at_work
from runtime.rest import AirflowApi, Refused
from runtime.rounds import TaskFailure, failure_of
from warehouse.clock import parse_as_of
from warehouse.settings import Settings

_OVER = {"success", "failed"}
_POLL_SECONDS = 1.0
_STALLED_SECONDS = 180


@dataclass
class Backfilled:
    """How a backfill ended: windows by their state, and what failed."""

    windows: dict[str, int] = field(default_factory=dict)
    failures: list[TaskFailure] = field(default_factory=list)


@contextmanager
def airflow_of(plan: Plan, size: str) -> Iterator[tuple[AirflowApi, LocalAirflow | None]]:
    """The Airflow that works in this home, or one for the length of the block (and which it is).

    Raises:
        AlreadyRunning: a `heedline` works here that has no windows of this size.
    """
    wanted = {dag_id(name, size) for name in plan.only}
    try:
        with at_work(plan, scheduled=False, windows=size) as airflow:
            airflow.wait_for_dags(wanted)
            for name in wanted:  # left open by a killed one; its open windows are forgotten
                for left in airflow.api.open_backfills(name):
                    airflow.api.cancel_backfill(left["id"])
            yield airflow.api, airflow
    except AlreadyRunning:
        api = running(plan.home)
        if api is None or not wanted <= api.dag_ids():
            raise
        yield api, None


def running(home: Settings) -> AirflowApi | None:
    """The API of the Airflow that works in this home, if any."""
    file = address_file(home)
    if not file.exists():
        return None
    api = AirflowApi(file.read_text())
    if not api.ready():
        return None
    api.sign_in()
    return api


class Backfill:
    """One channel's windows of one size, on a running Airflow."""

    def __init__(self, api: AirflowApi, source: str, size: str, say: Callable[[str], None]) -> None:
        self._api, self._dag_id, self._say = api, dag_id(source, size), say
        self._told: dict[str, str] = {}

    def start(self, windows: list[Window]) -> None:
        """Have Airflow run those that are not done.

        Raises:
            AlreadyRunning: another backfill of the channel is under way.
            StartFailed: Airflow does not make it.
        """
        if self._api.open_backfills(self._dag_id):
            raise AlreadyRunning(
                f"{self._dag_id} is under way already; look with --status, end it with --cancel"
            )
        last = windows[-1].begin + timedelta(seconds=1)
        self._told = {run["dag_run_id"]: run["state"] for run in self._api.windows(self._dag_id)}
        done = [run for run in self._within(windows) if run["state"] == "success"]
        if done:
            self._say(f"{len(done)} of {len(windows)} windows are done already")
        if len(done) == len(windows):
            return
        # Failed ones are told of again.
        self._told = {run_id: s for run_id, s in self._told.items() if s == "success"}
        try:
            self._api.start_backfill(self._dag_id, windows[0].begin, last)
        except Refused as refusal:
            raise StartFailed(f"Airflow does not make the backfill: {refusal}") from None

    def follow(self, windows: list[Window], airflow: LocalAirflow | None) -> Backfilled:
        """Tell of each window when it is over, until all are.

        Raises:
            StartFailed: Airflow died, or has moved nothing for minutes.
        """
        result, moved, before = Backfilled(), time.monotonic(), ""
        while True:
            if airflow:
                airflow.check_alive()
            try:
                runs = self._within(windows)
                open_ones = self._api.open_backfills(self._dag_id)
            except httpx.TransportError:
                time.sleep(_POLL_SECONDS)
                continue
            for run in runs:
                self._tell(run, result)
            states = [run["state"] for run in runs]
            if str(states) != before or "running" in states:
                moved, before = time.monotonic(), str(states)
            if all(state in _OVER for state in states) and (states or not open_ones):
                result.windows = {state: states.count(state) for state in sorted(set(states))}
                return result
            if time.monotonic() - moved > _STALLED_SECONDS:
                raise StartFailed(f"Airflow has started nothing for {_STALLED_SECONDS} s")
            time.sleep(_POLL_SECONDS)

    def _within(self, windows: list[Window]) -> list[dict[str, Any]]:
        begins = {window.begin for window in windows}
        found = self._api.windows(self._dag_id)
        return [run for run in found if parse_as_of(run["data_interval_start"]) in begins]

    def _tell(self, run: dict[str, Any], result: Backfilled) -> None:
        run_id, state = run["dag_run_id"], run["state"]
        if state not in _OVER or self._told.get(run_id) == state:
            return
        self._told[run_id] = state
        self._say(line_of(run, self._api.result(self._dag_id, run_id, "load")))
        if state == "failed":
            tasks = self._api.tasks({run_id})
            failed = [task for task in tasks if task["state"] == "failed"]
            result.failures += [failure_of(self._api, task) for task in failed]


def line_of(run: dict[str, Any], accounts: list[dict[str, Any]] | None) -> str:
    """A window in one line: its days, state, seconds, rows."""
    days = " … ".join(run[f"data_interval_{side}"][:10] for side in ("start", "end"))
    took = f"{run['duration']:.0f} s" if run.get("duration") else ""
    rows = ""
    if accounts is not None:
        received, new = (sum(int(a[k]) for a in accounts) for k in ("received", "accepted"))
        rows = f"{received:,} rows, {new:,} new or changed"
        aside = sum(int(a["quarantined"]) for a in accounts)
        rows += f", {aside:,} quarantined" if aside else ""
    return f"{days}  {run['state']:<8} {took:>6}  {rows}".rstrip()
