"""History by the window: which channels can be asked for one, and how.

A connector whose vendor can be asked for a stretch of time has a module `backfill.py` with

    LEFT_OUT: dict[str, str]    # resources that no window has, each with the reason
    def source(credentials, window, **settings) -> DltSource

reading what was made or changed within the window, and keeping nothing in dlt's state: the
ordinary pull's cursors are its own.
"""

import importlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

from connectors.contract import ROOM, Credentials, SourceError
from connectors.registry import FROM_FOLDERS, Channel, enabled_channels

if TYPE_CHECKING:
    from dlt.sources import DltSource

WHOLE = "every pull takes it whole"
CRON = {"day": "0 0 * * *", "week": "0 0 * * 1", "month": "0 0 1 * *"}
"""Sizes of windows, in UTC; a week begins on Monday."""


def dag_id(source: str, size: str) -> str:
    """The DAG whose runs are a source's windows of one size."""
    return f"backfill_{source}_{size}"


@dataclass(frozen=True)
class Window:
    """A stretch of time, its end not included. Both are instants in UTC."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> tuple[int, int]:
        """Both ends in Unix seconds."""
        return int(self.begin.timestamp()), int(self.end.timestamp())

    @property
    def milliseconds(self) -> tuple[int, int]:
        """Both ends in Unix milliseconds."""
        begin, end = self.seconds
        return begin * 1000, end * 1000

    def has(self, moment: datetime) -> bool:
        """Whether an instant lies within."""
        return self.begin <= moment < self.end


def cut(begin: datetime, end: datetime, size: str) -> list[Window]:
    """The windows of a size that a stretch of time touches, oldest first, each of them whole.

    They are Airflow's intervals of `CRON[size]`.
    """
    at = begin.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if size == "week":
        at -= timedelta(days=at.weekday())
    elif size == "month":
        at = at.replace(day=1)
    found = []
    while at < end:
        after = at + timedelta(days={"day": 1, "week": 7, "month": 32}[size])
        after = after.replace(day=1) if size == "month" else after
        found.append(Window(at, after))
        at = after
    return found


def is_bounded(source: str) -> bool:
    """Whether a source can be asked for a window."""
    return (ROOM / source / "backfill.py").exists()


def backfilled_channels() -> list[Channel]:
    """The enabled channels that can be asked for a window."""
    return [channel for channel in enabled_channels() if is_bounded(channel.name)]


def left_out(source: str) -> dict[str, str]:
    """Resources that windows do not have, each with the reason."""
    reasons: dict[str, str] = _module(source).LEFT_OUT
    return reasons


def open_window(channel: Channel, credentials: Credentials, window: Window) -> "DltSource":
    """Build the dlt source of one window (nothing is requested yet).

    Raises:
        SourceError: the source cannot be asked for one; the remedy says how its history comes.
    """
    source: DltSource = _module(channel.name).source(credentials, window, **channel.settings)
    return source


def _module(source: str) -> ModuleType:
    if not is_bounded(source):
        remedy = (
            "put its files into the folder it reads, each is loaded once"
            if source in FROM_FOLDERS
            else "set start_at earlier before its first pull, or bring the history as files "
            "(docs/file_drop.md)"
        )
        raise SourceError(source, "backfill", "cannot be asked for a window of time", remedy)
    return importlib.import_module(f"connectors.{source}.backfill")
