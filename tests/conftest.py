"""Shared by all tests: nothing phones home, nothing writes into the checkout's data folder."""

import os
from pathlib import Path

import pytest

os.environ.update(
    {
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
    for name in ("HEEDLINE_DROP_DIR", "HEEDLINE_CHANNELS"):
        monkeypatch.delenv(name, raising=False)
