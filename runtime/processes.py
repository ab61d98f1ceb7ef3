"""Child processes that never outlive us: own session, a log file each, stopped by SIGTERM.

On Linux the kernel also ends them when this process dies by kill -9.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_UNTIL_KILLED_SECONDS = 30


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask to be ended with its parent."""

    def prepare() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # the parent died before the line above took effect
                os._exit(1)

    return prepare


def free_port() -> int:
    """A port on 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class StillEnding(RuntimeError):
    """Processes of an earlier, killed run cannot be ended."""


@contextmanager
def earlier_ones_gone(
    path: Path, say: Callable[[str], None], patience_seconds: float = 5
) -> Iterator[int]:
    """Go on when no process of an earlier run is left; yields what children must inherit.

    The lock is on an open file that every child inherits, so the system itself knows when the last
    of them has ended, however the run that started them did. A kill -9 of the run is a SIGTERM for
    them; who still holds the file after `patience_seconds` is killed (Airflow's task runners ask a
    server that is gone, for minutes). Every task can be: the next run does its work again.

    Raises:
        StillEnding: some cannot be killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(handle, patience_seconds):
            left = _holders(path)
            say(f"ending {len(left)} processes that an earlier, killed run left behind")
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            if not _locked(handle, _UNTIL_KILLED_SECONDS):
                pids = ", ".join(str(process.pid) for process in _holders(path)) or "unknown"
                raise StillEnding(
                    f"processes of an earlier, killed run cannot be ended (pid {pids}); "
                    "try again when they are gone"
                )
        yield handle
    finally:
        os.close(handle)


def _locked(handle: int, patience_seconds: float) -> bool:
    """Lock the open file, waiting for those who have it; whether that came to pass."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)


def _holders(path: Path) -> list[psutil.Process]:
    """Other processes of ours that have the file open."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and any(
                Path(file.path).samefile(path) for file in process.open_files()
            ):
                found.append(process)
    return found


@dataclass
class Children:
    """The processes of one run, in the order they were started.

    Attributes:
        logs: folder for their output, a file each.
        inherited: an open file they keep open as long as they live (see `earlier_ones_gone`).
    """

    logs: Path
    inherited: int | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start `command` with its output in `<logs>/<name>.log`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as output:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own command lines
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=() if self.inherited is None else (self.inherited,),
                preexec_fn=_die_with(os.getpid()),
            )

    def died(self) -> str | None:
        """Name of a process that ended by itself, if any."""
        return next((n for n, p in self._running.items() if p.poll() is not None), None)

    def tail(self, name: str, lines: int = 15) -> str:
        """Last lines of a process's output."""
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, patience_seconds: float = 20) -> None:
        """End all, last started first; what does not go in time is killed with its group."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self._running.values()):
            try:
                process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for process in self._running.values():
            # A main process may leave helpers behind (log servers, task runners): same session.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._running.clear()
