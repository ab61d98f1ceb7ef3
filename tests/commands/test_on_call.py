"""A command is imported when it is called; the list of them is whole all the same."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.on_call import COMMANDS
from heedline import app

ROOT = Path(__file__).resolve().parents[2]
NO_COMMANDS = {"__init__", "console", "on_call", "evaluate_risk", "evaluate_tagger"}


def test_the_front_door_imports_no_command_and_nothing_that_takes_long() -> None:
    listed = "import heedline, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "heedline" in imported
    assert not imported & {
        "scipy",
        "sklearn",
        "numpy",
        "onnxruntime",
        "splink",
        "pandas",
        "dlt",
        "airflow",
    }
    assert {n for n in imported if n.startswith("commands.")} <= {
        "commands.console",
        "commands.on_call",
    }


def test_every_module_of_the_room_is_a_command() -> None:
    modules = {path.stem for path in (ROOT / "commands").glob("*.py")} - NO_COMMANDS
    assert {place.partition(".")[0] for place in COMMANDS.values()} == modules


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_is_for(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert f" {name} [" in done.output


def test_the_list_shows_all_commands() -> None:
    done = CliRunner().invoke(app, ["--help"])
    assert [name for name in COMMANDS if f"│ {name} " not in done.output] == []


def test_a_slip_is_told_what_may_have_been_meant() -> None:
    done = CliRunner().invoke(app, ["stauts"])
    assert done.exit_code == 2
    assert "Did you mean 'status'?" in done.output
