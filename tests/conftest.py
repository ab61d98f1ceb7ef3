"""Shared by all tests: nothing phones home, nothing writes into the checkout's data folder.

Property tests try the same examples every time, so that a run says something about the change at
hand; `HYPOTHESIS_PROFILE=search` looks for new ones.
"""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

_HOME = tempfile.TemporaryDirectory(prefix="heedline-tests-")

os.environ.update(
    {
        "HEEDLINE_HOME": _HOME.name,  # for fixtures of a module; tests have their own
        "COLUMNS": "160",  # the same tables whatever terminal the tests run in
        "OMP_NUM_THREADS": "1",  # two workers on two cores: threads of theirs would wait in turns
        "DO_NOT_TRACK": "1",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a HEEDLINE_HOME of its own."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "heedline"))
    files = (
        "TAGGER_CONFIG",
        "TAG_CORRECTIONS",
        "IDENTITY_DECISIONS",
        "LISTS",
        "TARGETS",
        "PLAYBOOK",
    )
    for name in ("DROP_DIR", "CHANNELS", *files):
        monkeypatch.delenv(f"HEEDLINE_{name}", raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first: minutes left for one worker at the end are minutes the other one idles."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
