"""One rate budget per source, shared by every process that asks it: pull, backfill, audit.

Vendors count requests per account. Before each request its turn is written into a small file
(`HEEDLINE_HOME/budgets/<source>.json`), and the process sleeps until then. So nobody looks again
and again, nobody is passed over, and what a killed process had reserved merely goes by unused.
"""

import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import yaml
from filelock import FileLock

from connectors.contract import ROOM
from warehouse.settings import settings

Limits = Mapping[float, int]
"""Requests by the seconds that they are counted over."""

# A clock that was set back leaves turns far ahead; more than this many windows ahead is no queue.
_WINDOWS_AHEAD = 20


class Budget:
    """At most so many requests of a source in any stretch of so many seconds."""

    def __init__(
        self,
        source: str,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._file = settings().root / "budgets" / f"{source}.json"
        self._limits, self._clock, self._sleep = dict(limits), clock, sleep

    def wait(self) -> float:
        """Return when the next request may go out; the instant of its turn (Unix seconds)."""
        if not self._limits:
            return self._clock()
        now = self._clock()
        turn = self._reserve(now)
        if turn > now:
            self._sleep(turn - now)
        return turn

    def _reserve(self, now: float) -> float:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._file.with_suffix(".lock")):
            far = now + _WINDOWS_AHEAD * max(self._limits)
            turns = [turn for turn in _read(self._file) if turn <= far]
            after = [
                turns[-most] + seconds
                for seconds, most in self._limits.items()
                if len(turns) >= most
            ]
            turn = max([now, *turns[-1:], *after])
            kept = [*turns, turn][-max(self._limits.values()) :]
            # Replaced whole: a kill leaves the turns before or these.
            aside = self._file.with_suffix(".unfinished")
            aside.write_text(json.dumps(kept))
            aside.replace(self._file)
        return turn


def _read(file: Path) -> list[float]:
    try:
        turns: list[float] = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return []
    return turns


@cache
def documented() -> dict[str, dict[float, int]]:
    """What each vendor takes (`limits.yml`)."""
    found: dict[str, dict[float, int]] = yaml.safe_load((ROOM / "limits.yml").read_text())
    return found


def budget_of(source: str, host: str, *, sleep: Callable[[float], None]) -> Budget:
    """The budget of a source: what channels.yml says, else what its vendor documents.

    Servers on this machine are no vendor's: they have none but what channels.yml says.
    """
    from connectors.registry import read_channels

    _, channels = read_channels()
    said = channels[source].limits if source in channels else {}
    at_home = host in {"127.0.0.1", "localhost", "::1"}
    return Budget(source, said or ({} if at_home else documented().get(source, {})), sleep=sleep)
