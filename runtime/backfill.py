"""History by windows on a local Airflow: have it run the windows one by one, and tell of each.

Airflow keeps which windows are done. The one that already runs in this home (`heedline up`) is
used; without one, a temporary one is started. Each window is an Airflow backfill of its own: one
over many windows writes them in many transactions, and where the scheduler (on SQLite) comes in
between, Airflow takes back the runs that the scheduler has in its hands, and the scheduler dies.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from filelock import FileLock, Timeout

from connectors.windows import Window, dag_id
from runtime.local_airflow import LocalAirflow, StartFailed, address_file
from runtime.operate import AlreadyRunning, Plan, at_work
from runtime.rest import AirflowApi, Refused
from runtime.rounds import TaskFailure, failure_of
from warehouse.clock import parse_as_of, wall_now
from warehouse.settings import Settings

_UNDER_WAY = {"queued", "running"}
_POLL_SECONDS = 1.0
_STALLED_SECONDS = 180
_PARSED_AFTER = timedelta(seconds=60)


@dataclass
class Backfilled:
    """How a backfill ended: windows that are done, what failed, whether it was cancelled."""

    done: int = 0
    failures: list[TaskFailure] = field(default_factory=list)
    cancelled: bool = False


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
        if api is None or not _has(api, plan.home, wanted):
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


def _has(api: AirflowApi, home: Settings, wanted: set[str]) -> bool:
    """Whether the session that works in this home has these DAGs; it may just have begun."""
    began = datetime.fromtimestamp(address_file(home).stat().st_mtime, UTC)
    while not wanted <= api.dag_ids(since=began):
        if wall_now() - began > _PARSED_AFTER:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _followed(home: Settings, name: str) -> FileLock:
    """Held by the command that has a DAG's windows run; between two of them Airflow knows none."""
    return FileLock(home.airflow / f"{name}.lock")


def under_way(api: AirflowApi, home: Settings, name: str) -> bool:
    """Whether windows of a DAG run, or are about to."""
    if api.open_backfills(name):
        return True
    try:
        with _followed(home, name).acquire(timeout=0):
            return False
    except Timeout:
        return True


def cancel(api: AirflowApi, home: Settings, name: str) -> bool:
    """End what is under way of a DAG; was anything?"""
    while under_way(api, home, name):
        found = api.open_backfills(name)
        for each in found:
            api.cancel_backfill(each["id"])
        if found:
            return True
        time.sleep(_POLL_SECONDS)
    return False


class Backfill:
    """One channel's windows of one size, on a running Airflow.

    Args:
        airflow: our own one, whose death is noticed; None where it is `heedline up`'s.
    """

    def __init__(
        self,
        api: AirflowApi,
        airflow: LocalAirflow | None,
        home: Settings,
        name: str,
        say: Callable[[str], None],
    ) -> None:
        self._api, self._airflow, self._home = api, airflow, home
        self._dag_id, self._say = name, say
        self._open: int | None = None

    def run(self, windows: list[Window]) -> Backfilled:
        """Have Airflow run those that are not done, oldest first, and tell of each.

        Broken off, the window that runs comes to its end, and no other begins.

        Raises:
            AlreadyRunning: another backfill of the channel is under way.
            StartFailed: Airflow does not make a window, died, or has moved nothing for minutes.
        """
        try:
            with _followed(self._home, self._dag_id).acquire(timeout=0):
                if self._api.open_backfills(self._dag_id):
                    raise AlreadyRunning(self._under_way)
                return self._run_open_ones(windows)
        except Timeout:
            raise AlreadyRunning(self._under_way) from None
        except httpx.TransportError:
            if self._airflow:
                self._airflow.check_alive()  # it can say why
            raise StartFailed(
                f"the Airflow that ran {self._dag_id} has ended; the same command goes on"
            ) from None
        finally:
            if self._open is not None:
                with suppress(httpx.HTTPError):
                    self._api.cancel_backfill(self._open)

    @property
    def _under_way(self) -> str:
        return f"{self._dag_id} is under way already; look with --status, end it with --cancel"

    def _run_open_ones(self, windows: list[Window]) -> Backfilled:
        runs = {parse_as_of(r["data_interval_start"]): r for r in self._api.windows(self._dag_id)}
        states = {window: runs[window.begin]["state"] for window in windows if window.begin in runs}
        result = Backfilled(done=sum(state == "success" for state in states.values()))
        if result.done:
            self._say(f"{result.done} of {len(windows)} windows are done already")
        for window in windows:
            if states.get(window) == "success":
                continue
            if states.get(window) not in _UNDER_WAY:  # of a command that was broken off
                self._start(window)
            self._tell(self._ended(window), result)
            if self._was_cancelled():
                result.cancelled = True
                break
        return result

    def _start(self, window: Window) -> None:
        self._api.sign_in()  # it lasts for a day, and a long history takes longer
        try:
            self._open = self._api.start_backfill(self._dag_id, window.begin)
        except Refused as refusal:
            raise StartFailed(f"Airflow does not make the window: {refusal}") from None

    def _ended(self, window: Window) -> dict[str, Any]:
        """The window's run, once it is over."""
        moved, before = time.monotonic(), ""
        while True:
            if self._airflow:
                self._airflow.check_alive()
            runs: list[dict[str, Any]] = []
            with suppress(httpx.TimeoutException):
                runs = self._api.windows(self._dag_id, window.begin)
            state = runs[0]["state"] if runs else ""
            if runs and state not in _UNDER_WAY:
                return runs[0]
            if state != before or state == "running":
                moved, before = time.monotonic(), state
            if time.monotonic() - moved > _STALLED_SECONDS:
                raise StartFailed(f"Airflow has started nothing for {_STALLED_SECONDS} s")
            time.sleep(_POLL_SECONDS)

    def _was_cancelled(self) -> bool:
        """End the window's backfill, else Airflow takes half a minute to; did somebody else?"""
        number, self._open = self._open, None
        if number is None or self._api.cancel_backfill(number):
            return False
        return self._api.was_cancelled(number)

    def _tell(self, run: dict[str, Any], result: Backfilled) -> None:
        run_id, state = run["dag_run_id"], run["state"]
        self._say(line_of(run, self._api.result(self._dag_id, run_id, "load")))
        result.done += state == "success"
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
    return f"{days}  {run['state']:<9} {took:>6}  {rows}".rstrip()
