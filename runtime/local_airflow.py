"""A real Airflow on this machine: API server, scheduler and DAG processor on 127.0.0.1."""

import subprocess
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import httpx

from runtime.airflow_env import airflow_env
from runtime.processes import Children, free_port
from runtime.rest import AirflowApi
from warehouse.settings import Settings

_START_SECONDS = 180


def address_file(home: Settings) -> Path:
    """Where a running Airflow says its address; gone with it, unless it was killed."""
    return home.airflow / "address"


class StartFailed(RuntimeError):
    """Airflow (or a helper process) did not come up; the message carries its last output."""


class LocalAirflow:
    """Start on entering, stop on leaving, also after an error or Ctrl-C.

    Args:
        home: settings of this installation.
        environment: more variables for the DAGs and their tasks (which channels, retries).
        connections: asked for once, while the API server starts: variables that only tasks need
            (the sources' connections), from whatever takes its own time to be ready.
        say: where progress goes, a line at a time.
        inherited: an open file for the processes to keep open (see `earlier_ones_gone`).
        scheduled: let the DAGs' own schedules start runs.
    """

    def __init__(
        self,
        home: Settings,
        environment: dict[str, str],
        connections: Callable[[], dict[str, str]],
        say: Callable[[str], None],
        *,
        inherited: int,
        scheduled: bool = False,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = AirflowApi(self.url)
        self._home = home
        self._connections = connections
        self._say = say
        self._env = {**airflow_env(home, self.port, scheduled=scheduled), **environment}
        self._address = address_file(home)
        self._children = Children(home.airflow / "process-logs", inherited)

    def __enter__(self) -> "LocalAirflow":
        try:
            self._start()
        except BaseException:
            self._children.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._address.unlink(missing_ok=True)
        self._children.stop()

    def _start(self) -> None:
        self._migrate()
        self._children.start("api-server", ["airflow", "api-server"], self._env)
        tasks_env = {**self._env, **self._connections()}
        self._wait("API server", self.api.ready)
        self._address.write_text(self.url)
        self.api.sign_in()
        self.api.make_pool("warehouse", 1)
        # Before the DAG processor looks: it marks a DAG with an open run as full, and would not
        # look again for minutes, so that DAG would never start.
        self.api.forget_unfinished()
        self._children.start("dag-processor", ["airflow", "dag-processor"], self._env)
        # Not waited for: runs can be triggered before it takes them up, and its death is noticed.
        scheduler = ["airflow", "scheduler", "--skip-serve-logs"]
        self._children.start("scheduler", scheduler, tasks_env)

    def _migrate(self) -> None:
        """Make or upgrade Airflow's own database, once per Airflow version."""
        mark = self._home.airflow / "migrated"
        current = version("apache-airflow")
        if mark.exists() and mark.read_text() == current:
            return
        self._say("preparing Airflow's database (first run)")
        done = subprocess.run(
            ["airflow", "db", "migrate"],  # noqa: S607 - found through our own PATH
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StartFailed(f"airflow db migrate failed:\n{done.stderr[-2000:]}")
        mark.write_text(current)

    def wait_for_dags(self, expected: Iterable[str]) -> None:
        """Wait until every expected DAG is parsed.

        Raises:
            StartFailed: a DAG file does not import, or time is up.
        """
        wanted = set(expected)

        def parsed() -> bool:
            if errors := self.api.import_errors():
                raise StartFailed("a DAG file does not import:\n" + "\n".join(errors))
            return wanted <= self.api.dag_ids()

        self._wait("DAGs", parsed)

    def check_alive(self) -> None:
        """Raises StartFailed when one of Airflow's processes has ended by itself."""
        if name := self._children.died():
            raise StartFailed(f"Airflow's {name} ended by itself:\n{self._children.tail(name)}")

    def _wait(self, what: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                if ready():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.5)
        raise StartFailed(f"{what} not ready after {_START_SECONDS} s; see {self.logs}")

    @property
    def logs(self) -> Path:
        """Folder with the output of each Airflow process."""
        return self._children.logs
