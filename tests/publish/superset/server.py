"""A real Superset on 127.0.0.1, in a virtual environment of its own, as `start.sh` starts it."""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from publish.superset.bundle import ROOM

ADMIN = "admin"


@dataclass(frozen=True)
class Superset:
    """A running server over a published folder that tests may change."""

    url: str
    password: str
    published: Path
    python: Path

    def client(self, user: str = ADMIN) -> httpx.Client:
        """Signed in; every user has the same password."""
        body = {"username": user, "password": self.password, "provider": "db"}
        answer = httpx.post(f"{self.url}/api/v1/security/login", json=body, timeout=60)
        answer.raise_for_status()
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=self.url, timeout=60, headers=headers)


def environment() -> Path:
    """Its Python; the environment is made once and kept outside the repository.

    HEEDLINE_SUPERSET_VENV names a ready one.
    """
    if ready := os.environ.get("HEEDLINE_SUPERSET_VENV"):
        return Path(ready) / "bin" / "python"
    wanted = ROOM / "requirements.txt"
    version = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"heedline-superset-{version}"
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = shutil.which("uv", path=str(Path(os.sys.executable).parent)) or "uv"
        subprocess.run([uv, "venv", "--python", "3.11", folder], check=True)
        python = folder / "bin" / "python"
        subprocess.run([uv, "pip", "install", "--python", python, "-r", wanted], check=True)
        (folder / ".ready").touch()
    return folder / "bin" / "python"


@contextmanager
def running(version: Path, home: Path, access: Path) -> Iterator[Superset]:
    """Start it over a copy of a published version's leaders' file; stopped by its process id."""
    python = environment()
    published = home / "published"
    (published / "v1").mkdir(parents=True)
    shutil.copy(version / "support.duckdb", published / "v1")
    (published / "current").symlink_to("v1")
    password, port = secrets.token_urlsafe(16), _free_port()
    environ = os.environ | {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "SUPERSET_HOME": str(home),
        "SUPERSET_PUBLISHED": str(published),
        "SUPERSET_ACCESS": str(access),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(42),
        "SUPERSET_ADMIN_USER": ADMIN,
        "SUPERSET_ADMIN_PASSWORD": password,
        "SUPERSET_BIND": f"127.0.0.1:{port}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = (home / "server.log").open("w")
    server = subprocess.Popen([ROOM / "start.sh"], env=environ, stdout=log, stderr=log, cwd=home)
    try:
        made = Superset(f"http://127.0.0.1:{port}", password, published, python)
        _wait_until_up(server, made.url)
        yield made
    except _Ended as ended:
        raise AssertionError((home / "server.log").read_text()[-4000:]) from ended
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        log.close()


class _Ended(RuntimeError):
    """The server gave up."""


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    wait=wait_fixed(0.5),
    stop=stop_after_delay(400),
    reraise=True,
)
def _wait_until_up(server: "subprocess.Popen[Any]", url: str) -> None:
    if server.poll() is not None:
        raise _Ended(f"exit status {server.returncode}")
    httpx.get(f"{url}/health").raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
