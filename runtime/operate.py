"""Put one installation to work: once (`run_once`) or until Ctrl-C (`keep_up`)."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from connectors.registry import BadConfig, Channel, enabled_channels
from connectors.windows import CRON
from runtime.claim import claim
from runtime.company import sample_company
from runtime.local_airflow import LocalAirflow
from runtime.processes import earlier_ones_gone
from runtime.rounds import Round, RoundResult
from warehouse.clock import iso, wall_now
from warehouse.settings import PROJECT_ROOT, Settings


class AlreadyRunning(RuntimeError):
    """Another `heedline run` or `up` works in the same HEEDLINE_HOME."""


@dataclass(frozen=True)
class Plan:
    """What to run on.

    Attributes:
        drop: a folder of files, alone.
        live: the channels of channels.yml with the environment's connections.
        size: of the sample company, when neither of the above.
        as_of: the run's "now"; None for the default of each mode.
        say: where progress lines go.
        only: these channels and no others; empty: those that are on.
    """

    home: Settings
    drop: Path | None
    as_of: datetime | None
    size: str
    live: bool
    say: Callable[[str], None]
    only: tuple[str, ...] = ()

    @cached_property
    def moment(self) -> datetime:
        """`as_of`, or the default: the sample's last day, else the present when first asked."""
        if self.as_of:
            return self.as_of
        if self.drop or self.live:
            return wall_now()
        from sample import AS_OF

        return AS_OF

    @property
    def company(self) -> str | None:
        """Whose data the run brings into the home; None where any may come, with --drop.

        Rows of a drop folder are told apart by the folder's name, and a run on one takes no others.
        """
        if self.drop:
            return None
        return "own systems" if self.live else f"sample {self.size}"

    @property
    def channels(self) -> list[Channel]:
        """The channels this plan pulls."""
        channels = enabled_channels(only=("file_drop",) if self.drop else self.only)
        if self.live:
            channels = [c for c in channels if _connected(c)]
            if not channels:
                raise BadConfig(
                    "no channel has a connection; set AIRFLOW_CONN_HEEDLINE_<SOURCE> "
                    "(see .env.example), or run without --live for the sample company"
                )
        return channels


def _connected(channel: Channel) -> bool:
    if not channel.needs_credentials:
        dropped = channel.name in {"file_drop", "email"} and os.environ.get("HEEDLINE_DROP_DIR")
        return bool(dropped or channel.settings.get("folder"))
    return f"AIRFLOW_CONN_{channel.connection_id.upper()}" in os.environ


@contextmanager
def at_work(plan: Plan, *, scheduled: bool, windows: str = "") -> Iterator[LocalAirflow]:
    """Sources and Airflow up for the length of the block; one at a time per HEEDLINE_HOME.

    Args:
        windows: sizes of window that there are backfill DAGs for.

    Raises:
        AlreadyRunning: somebody else works in this home.
    """
    plan.home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(plan.home.root / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(
            f"another heedline is at work in {plan.home.root}; wait for it, or set HEEDLINE_HOME"
        ) from None
    with lock, ExitStack() as started:
        if plan.company:
            claim(plan.home.root, plan.company)
        own = {
            "HEEDLINE_CHANNELS": ",".join(c.name for c in plan.channels),
            "HEEDLINE_TASK_RETRIES": "2" if scheduled else "0",
            "HEEDLINE_BACKFILL_WINDOWS": windows,
        }
        if plan.drop:
            own["HEEDLINE_DROP_DIR"] = str(plan.drop)

        def connections() -> dict[str, str]:
            return started.enter_context(_company(plan))

        alive = started.enter_context(
            earlier_ones_gone(plan.home.root / "processes.lock", plan.say)
        )
        airflow = LocalAirflow(
            plan.home, own, connections, plan.say, inherited=alive, scheduled=scheduled
        )
        yield started.enter_context(airflow)


@contextmanager
def _company(plan: Plan) -> Iterator[dict[str, str]]:
    """Variables that point the channels at the sample company (none when it is not wanted)."""
    if plan.drop or plan.live:
        yield {}
        return
    import sample

    began = time.monotonic()
    world = sample.generate(plan.size, root=plan.home.sample)
    plan.say(f"sample company Fernhill, {plan.size}: ready in {time.monotonic() - began:.1f} s")
    env = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with sample_company(plan.home, world, env) as company:
        yield company.environment()


def run_once(plan: Plan) -> RoundResult:
    """Run one round to its end and stop everything again."""
    began = time.monotonic()
    names = [c.name for c in plan.channels]
    plan.say(f"as of {iso(plan.moment)} · channels: {', '.join(names)}")
    with at_work(plan, scheduled=False) as airflow:
        plan.say(f"Airflow is up at {airflow.url} ({time.monotonic() - began:.1f} s)")
        result = Round(airflow, plan.moment, names, plan.say).run()
    result.seconds = time.monotonic() - began
    return result


def keep_up(plan: Plan) -> None:
    """Serve Airflow's UI until interrupted."""
    with at_work(plan, scheduled=plan.live, windows=",".join(CRON)) as airflow:
        airflow.wait_for_dags(f"ingest_{c.name}" for c in plan.channels)
        plan.say(f"Airflow UI: {airflow.url} (this machine only). Ctrl-C stops it.")
        if not plan.live:
            plan.say("Trigger the ingest DAGs there; the rest follows by itself.")
        while True:
            airflow.check_alive()
            time.sleep(1)
