"""Children: logged, stopped with everything they started, gone when we are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from runtime.processes import Children, StillEnding, earlier_ones_gone, free_port

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(helper.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import os, sys, time
from pathlib import Path
from runtime.processes import Children
children = Children(Path(sys.argv[1]))
sleeper = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
children.start("sleeper", [sys.executable, "-c", sleeper], os.environ)
time.sleep(600)
"""


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    """No such process, or only its exit status is left."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


def logged_pid(log: Path) -> int:
    until(lambda: log.exists() and log.read_text().strip().isdigit())
    return int(log.read_text())


def test_stop_ends_a_stubborn_child_and_its_helper(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("stubborn", [sys.executable, "-c", STUBBORN], os.environ)
    helper = logged_pid(tmp_path / "stubborn.log")
    children.stop(patience_seconds=0.5)
    until(lambda: gone(helper))


def test_a_child_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start("brief", [sys.executable, "-c", "print('cannot go on')"], os.environ)
    until(lambda: children.died() == "brief")
    assert children.tail("brief") == "cannot go on"


def test_kill_9_of_the_parent_ends_the_children(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], env=env)
    child = logged_pid(tmp_path / "sleeper.log")
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: gone(child))


DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


def left_behind(folder: Path, lock: Path, program: str) -> Children:
    """A run that is over (its own file is closed) while its child is not."""
    with earlier_ones_gone(lock, print) as handle:
        children = Children(folder, inherited=handle)
        children.start("child", [sys.executable, "-c", program], os.environ)
    return children


def test_a_new_run_waits_for_the_processes_of_a_killed_one(tmp_path: Path) -> None:
    lock, said = tmp_path / "processes.lock", list[str]()
    left_behind(tmp_path, lock, "import time; time.sleep(2)")
    with earlier_ones_gone(lock, said.append, patience_seconds=60):
        pass
    assert said == []


def test_what_does_not_end_by_itself_is_killed_and_said(tmp_path: Path) -> None:
    lock, said = tmp_path / "processes.lock", list[str]()
    children = left_behind(tmp_path, lock, DEAF)
    until(lambda: "deaf" in children.tail("child"))
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        with earlier_ones_gone(lock, said.append, patience_seconds=0.3):
            assert children.died() == "child"
            assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert said == ["ending 1 processes that an earlier, killed run left behind"]


def test_what_cannot_be_killed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "processes.lock"
    children = left_behind(tmp_path, lock, DEAF)
    until(lambda: "deaf" in children.tail("child"))
    monkeypatch.setattr(psutil.Process, "kill", lambda self: None)
    monkeypatch.setattr("runtime.processes._UNTIL_KILLED_SECONDS", 0.3)
    with (
        pytest.raises(StillEnding, match=r"pid [0-9]+"),
        earlier_ones_gone(lock, print, patience_seconds=0.3),
    ):
        pass
    monkeypatch.undo()
    children.stop(patience_seconds=0.3)


def test_a_free_port_is_on_loopback_and_usable() -> None:
    assert 1024 <= free_port() <= 65535
