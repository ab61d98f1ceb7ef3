"""docs/add_a_channel.md, followed to the letter in a copy of the checkout."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heedline import app

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("commands", "connectors", "dbt_project", "expectations", "ml", "runtime", "sample")
GUIDE = ROOT / "docs" / "add_a_channel.md"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The rooms that a new channel touches or runs in."""
    copy = tmp_path / "checkout"
    unwanted = shutil.ignore_patterns("__pycache__", "target", "logs", "data", "training")
    for room in (*ROOMS, "warehouse"):
        shutil.copytree(ROOT / room, copy / room, ignore=unwanted)
    for file in (
        "heedline.py",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/connectors/slices.py",
    ):
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, copy / file)
    return copy


def new(name: str, checkout: Path) -> str:
    done = CliRunner().invoke(app, ["new-channel", name, "--checkout", str(checkout)])
    return done.output if done.exit_code == 0 else str(done.exception)


def steps() -> list[list[str]]:
    """The commands of the guide, as this interpreter runs them."""
    (block,) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    programs = {
        ".venv/bin/heedline": [sys.executable, "-m", "heedline"],
        ".venv/bin/python": [sys.executable],
    }
    lines = [shlex.split(line) for line in block.splitlines()]
    return [[*programs[program], *words] for program, *words in lines]


def test_the_guide_leads_to_a_channel_whose_test_passes(checkout: Path) -> None:
    assert len(steps()) == 2
    for step in steps():
        done = subprocess.run(step, cwd=checkout, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "5 passed" in done.stdout
    made = [p for p in checkout.rglob("*acme_desk*") if "__pycache__" not in p.parts]
    ruff = [sys.executable, "-m", "ruff"]
    for check in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        python = [str(path) for path in made if path.suffix == ".py" or path.is_dir()]
        subprocess.run([*ruff, *check, *python], cwd=checkout, check=True)


def test_everything_the_guide_names_is_there(checkout: Path) -> None:
    new("acme_desk", checkout)
    named = set(re.findall(r"`((?:[a-z_]+/)+[\w.*]*)`", GUIDE.read_text()))
    assert len(named) > 12
    missing = [n for n in named if not (list(checkout.glob(n)) or list(ROOT.glob(n)))]
    assert missing == []


def test_the_new_channel_is_known_and_off(checkout: Path) -> None:
    new("acme_desk", checkout)
    script = (
        "from connectors.registry import read_channels\n"
        "from connectors.contract import resources\n"
        "channel = read_channels()[1]['acme_desk']\n"
        "print(channel.enabled, channel.settings, list(resources('acme_desk')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False {'start_at': '2020-01-01T00:00:00Z'} ['people']\n"


def test_nothing_that_exists_is_overwritten(checkout: Path) -> None:
    before = (checkout / "connectors/channels.yml").read_text()
    assert "connectors/zendesk/README.md exists" in new("zendesk", checkout)
    assert (checkout / "connectors/channels.yml").read_text() == before


@pytest.mark.parametrize("name", ["Acme", "acme-desk", "acme__desk", "class", "../acme"])
def test_a_name_that_would_not_do_is_refused(name: str, checkout: Path) -> None:
    assert "is no name for a channel; write it like acme_desk" in new(name, checkout)
