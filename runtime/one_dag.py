"""Run one DAG, and what it sets off, on a local Airflow that pulls from no source."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from runtime.local_airflow import LocalAirflow
from runtime.operate import AlreadyRunning
from runtime.processes import earlier_ones_gone
from runtime.rounds import CHAIN, Round, RoundResult
from warehouse.clock import wall_now
from warehouse.settings import Settings


class _FromOneDag(Round):
    """A round that begins with another DAG than the channels'."""

    def __init__(
        self, airflow: LocalAirflow, dag_id: str, conf: dict[str, Any], say: Callable[[str], None]
    ) -> None:
        super().__init__(airflow, wall_now(), [], say)
        self._ingest = [dag_id]
        self._conf = conf

    def run(self) -> RoundResult:
        """Trigger, and wait for the end of the chain."""
        (dag_id,) = self._ingest
        self._airflow.wait_for_dags([dag_id, *CHAIN])
        since = datetime.now(UTC)
        self._api.trigger(dag_id, f"{dag_id}__{since:%Y%m%dT%H%M%S%f}", self._conf)
        result = RoundResult(since.replace(microsecond=0))
        self._follow(since, result)
        return result


def run_chain(
    home: Settings,
    dag_id: str,
    conf: dict[str, Any],
    *,
    drop: Path | None = None,
    say: Callable[[str], None],
) -> RoundResult:
    """Run a DAG that ends in `unify`, and the chain to its published end.

    Raises:
        AlreadyRunning: another heedline works in this home.
    """
    began = time.monotonic()
    home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.root / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(
            f"another heedline is at work in {home.root}; wait for it, or set HEEDLINE_HOME"
        ) from None
    own = {"HEEDLINE_TASK_RETRIES": "0"}
    if drop:
        own |= {"HEEDLINE_DROP_DIR": str(drop), "HEEDLINE_CHANNELS": "file_drop"}
    with lock, ExitStack() as started:
        alive = started.enter_context(earlier_ones_gone(home.root / "processes.lock", say))
        airflow = started.enter_context(LocalAirflow(home, own, dict, say, inherited=alive))
        say(f"Airflow is up at {airflow.url} ({time.monotonic() - began:.1f} s)")
        result = _FromOneDag(airflow, dag_id, conf, say).run()
    result.seconds = time.monotonic() - began
    return result
