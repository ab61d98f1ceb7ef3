"""`heedline backfill` under a real Airflow: windows one after another, none of them twice."""

import re
import signal
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Heedline, started, wait_until_it_says
from warehouse.duck import warehouse

pytestmark = pytest.mark.slow
WEEKS = ("--from", "2026-05-06", "--to", "2026-05-18", "--size", "small")
BEFORE = ("--from", "2026-03-09", "--to", "2026-05-04", "--size", "small")
MONTH = ("--from", "2026-01-01", "--to", "2026-02-01", "--size", "small", "--window", "day")
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


@pytest.mark.timeout(1500)
def test_in_the_airflow_that_is_up_they_can_be_cancelled_and_taken_up_again(
    heedline: Heedline, home: Path
) -> None:
    up = started(home, "up", "--size", "small")
    wait_until_it_says("Airflow UI", up)

    again = heedline("backfill", "zendesk", *WEEKS)
    assert again.returncode == 0, again.stderr
    assert "2 of 2 windows are done already" in again.stdout
    assert not DONE.findall(again.stdout)

    long_one = started(home, "backfill", "zendesk", *BEFORE)
    wait_until_it_says("success", long_one)
    second = heedline("backfill", "zendesk", *BEFORE)
    assert second.returncode == 1
    assert "is under way already" in second.stderr
    assert "cancelled" in heedline("backfill", "zendesk", "--cancel").stdout
    said, errors = long_one.communicate(timeout=400)
    assert long_one.returncode == 1, said
    (done,) = re.findall(r"cancelled: (\d) of 8 windows are done", errors)
    status = heedline("backfill", "zendesk", "--status").stdout
    assert len(DONE.findall(status)) == int(done) + 2
    assert "failed" not in status
    assert "nothing is under way" in heedline("backfill", "zendesk", "--cancel").stdout

    rest = heedline("backfill", "zendesk", *BEFORE)
    assert rest.returncode == 0, rest.stderr
    assert f"{done} of 8 windows are done already" in rest.stdout
    assert len(DONE.findall(rest.stdout)) == 8 - int(done)

    left = started(home, "backfill", "zendesk", *MONTH)
    wait_until_it_says("success", left)
    up.send_signal(signal.SIGINT)
    up.communicate(timeout=400)
    _, errors = left.communicate(timeout=400)
    assert left.returncode == 1
    assert "backfill_zendesk_day has ended; the same command goes on" in errors
