"""Every committed suite is one that Great Expectations can build, and says what to do."""

from pathlib import Path

import pytest

from expectations.checker import build
from expectations.suites import MARTS, RAW, read_suite

SUITES = sorted([*RAW.rglob("*.json"), *MARTS.glob("*.json")])


@pytest.mark.parametrize("path", SUITES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_suite_builds_and_every_expectation_has_notes(path: Path) -> None:
    suite = read_suite(path)
    build(suite)
    silent = [e["type"] for e in suite.expectations if not (e.get("meta") or {}).get("notes")]
    assert silent == [], "write meta.notes: why, or what to do"
