"""`heedline backfill` under a real Airflow: windows one after another, none of them twice."""

import re
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Heedline
from warehouse.duck import warehouse

pytestmark = pytest.mark.slow
WEEKS = ("--from", "2026-05-06", "--to", "2026-05-18", "--size", "small")
DONE = re.compile(r"^(\S+ … \S+)  success .*?([\d,]+) rows, ([\d,]+) new or changed$", re.M)


def held(home: Path) -> tuple[int, int]:
    """How many tickets are held, and how many of them last changed outside of the two weeks."""
    with warehouse(read_only=True, path=home / "data" / "warehouse" / "heedline.duckdb") as there:
        found = there.execute(
            "select count(*), count(*) filter (to_timestamp(generated_timestamp) not between "
            "timestamptz '2026-05-04 00:00:00+00' and timestamptz '2026-05-18 00:00:00+00') "
            "from raw_zendesk.tickets"
        ).fetchone()
    assert found
    return found


def test_windows_are_brought_once_and_leave_the_pull_alone(heedline: Heedline, home: Path) -> None:
    first = heedline("backfill", "zendesk", *WEEKS)
    assert first.returncode == 0, first.stderr
    windows = {days: (rows, new) for days, rows, new in DONE.findall(first.stdout)}
    assert list(windows) == ["2026-05-04 … 2026-05-11", "2026-05-11 … 2026-05-18"]
    assert all(rows == new != "0" for rows, new in windows.values())
    tickets, outside = held(home)
    assert tickets > 0
    assert outside == 0
    assert not (home / "data" / "dlt" / "zendesk_landing").exists()

    again = heedline("backfill", "zendesk", *WEEKS)
    assert again.returncode == 0, again.stderr
    assert "2 of 2 windows are done already" in again.stdout
    assert not DONE.findall(again.stdout)
