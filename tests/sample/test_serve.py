"""The vendors come up on loopback, hand out their connections, and go away without a trace."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sample.servers import Running, start
from sample.servers.logins import LOGINS, uri

ROOT = Path(__file__).resolve().parents[2]


def is_listening(connection: str) -> bool:
    parts = urlsplit(connection)
    with socket.socket() as probe:
        return probe.connect_ex((str(parts.hostname), int(parts.port or 0))) == 0


def test_every_vendor_answers_on_loopback_until_stopped(world: Path) -> None:
    with start(world) as running:
        assert set(running.connections) == set(LOGINS)
        for connection in running.connections.values():
            assert urlsplit(connection).hostname == "127.0.0.1"
            assert is_listening(connection)
    assert not any(is_listening(connection) for connection in running.connections.values())


def test_only_the_named_sources_are_served(world: Path) -> None:
    with start(world, only=("stripe", "survey")) as running:
        assert list(running.connections) == ["stripe", "survey"]


def test_a_vendor_that_cannot_start_stops_the_others(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    stop = Running.stop

    def watched(self: Running) -> None:
        stopped.extend(self.connections.values())
        stop(self)

    monkeypatch.setattr(Running, "stop", watched)

    def fail(world: Path) -> None:
        raise OSError("no port left")

    monkeypatch.setattr("sample.servers.survey.app", fail)
    with pytest.raises(OSError, match="no port left"):
        start(world, only=("stripe", "survey"))
    assert len(stopped) == 1
    assert not is_listening(stopped[0])


def test_a_connection_carries_the_login_percent_encoded() -> None:
    parts = urlsplit(uri("zendesk", 8080))
    assert (unquote(str(parts.username)), unquote(str(parts.password))) == LOGINS["zendesk"]


def test_command_serves_until_sigterm(world: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "sample.serve", "--world", str(world), "--ready", str(ready)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving zendesk, ")
        connections = json.loads(ready.read_text())
        assert ready.stat().st_mode & 0o777 == 0o600
        assert is_listening(connections["zendesk"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert not ready.exists()
    assert not is_listening(connections["zendesk"])


def test_command_names_a_folder_without_a_world(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sample.serve", "--world", str(tmp_path), "--ready", "x"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"sample: {tmp_path}: no sample world there")
