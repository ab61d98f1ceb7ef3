"""`heedline` as a person runs it: a process of its own, a real Airflow, one home per module."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publish.destinations import tableau
from tests.publish.postgres_server import Server, running

ROOT = Path(__file__).resolve().parents[2]
Heedline = Callable[..., subprocess.CompletedProcess[str]]


def heedline_env(home: Path, **more: str) -> dict[str, str]:
    """A clean environment with its own HOME; nothing of the person's own settings leaks in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEEDLINE_", "AIRFLOW"))}
    return {
        **kept,
        "HOME": str(home),
        "HEEDLINE_HOME": str(home / "data"),
        "COLUMNS": "160",
        **more,
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def heedline(home: Path) -> Heedline:
    """Run a heedline command to its end."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "heedline.py"), *arguments],
            cwd=home,
            env=heedline_env(home, **environment),
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def to_postgres(database: Server) -> dict[str, str]:
    """Settings of an installation that publishes into the database, too."""
    named = [tableau.NAME] if tableau.is_installed() else []
    return {
        "HEEDLINE_DESTINATIONS": ",".join([*named, "postgres"]),
        "AIRFLOW_CONN_HEEDLINE_POSTGRES": database.uri(),
    }


def started(home: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A heedline command that is not waited for."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "heedline.py"), *arguments],
        cwd=home,
        env=heedline_env(home, **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_it_says(text: str, process: subprocess.Popen[str]) -> None:
    """Read the output up to the first line with the text."""
    assert process.stdout is not None
    assert any(text in line for line in process.stdout), process.communicate()
