"""The main job on the sample company: channels to BI file and at-risk list, under a real scheduler.

The tests of this module follow one installation through its life, in file order.
"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import ROOT, Heedline, heedline_env
from tests.searching import files_with

pytestmark = pytest.mark.slow

SECRET = "planted-secret-5f1c"


def published(home: Path) -> Path:
    return home / "data" / "published" / "current"


def mart_hashes(home: Path) -> dict[str, str]:
    hashes: dict[str, str] = json.loads((published(home) / "manifest.json").read_text())["content"][
        "hashes"
    ]
    return hashes


def rows(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(published(home) / "support.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_first_run_goes_from_every_channel_to_the_published_files(
    heedline: Heedline, home: Path
) -> None:
    done = heedline("run", "--size", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    for channel in ("zendesk", "intercom", "twilio", "email", "survey", "salesforce", "stripe"):
        assert f"ingest_{channel}.load" in done.stdout
    assert "KPI scorecard" in done.stdout
    assert "customers to call first" in done.stdout
    for name in (
        "support.duckdb",
        "report.html",
        "parquet/kpi_scorecard",
        "success/at_risk_customers.csv",
    ):
        assert (published(home) / name).exists(), name


def test_every_channel_reaches_the_marts(home: Path) -> None:
    channels = {c for (c,) in rows(home, "select distinct channel from fct_conversations")}
    assert {"ticket", "email", "chat", "chatbot", "phone", "social"} <= channels
    systems = {s for (s,) in rows(home, "select distinct source_system from fct_conversations")}
    assert {"zendesk", "intercom", "twilio", "email"} <= systems


def test_the_at_risk_list_gives_reasons(home: Path) -> None:
    path = published(home) / "success" / "at_risk_customers.csv"
    listed = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert listed
    assert all(row["top_reasons"] for row in listed)
    assert [float(r["score"]) for r in listed]


def test_a_second_run_loads_nothing_new_and_changes_no_mart_row(
    heedline: Heedline, home: Path
) -> None:
    before, version = mart_hashes(home), published(home).resolve()
    done = heedline("run", "--size", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(home / "data/warehouse/heedline.duckdb"), read_only=True) as connection:
        newest = connection.execute(
            "select source, max(load_id) from ops.loads group by source"
        ).fetchall()
        new_rows = connection.execute(
            "select source, resource, accepted from ops.loads where accepted > 0 "
            "qualify dense_rank() over (partition by source order by load_id) > 1"
        ).fetchall()
    assert newest
    assert new_rows == []
    assert mart_hashes(home) == before
    assert published(home).resolve() == version


def test_status_and_at_risk_read_what_was_published(heedline: Heedline) -> None:
    status = heedline("status")
    assert status.returncode == 0
    assert re.search(r"zendesk +20", status.stdout)
    listed = heedline("at-risk", "--top", "3", "--format", "json")
    assert listed.returncode == 0
    assert 1 <= len(json.loads(listed.stdout)) <= 3


@pytest.mark.parametrize(
    ("asked", "for_"), [(("--size", "medium"), "sample medium"), (("--live",), "own systems")]
)
def test_another_company_is_refused_in_one_line_and_changes_nothing(
    asked: tuple[str, ...], for_: str, heedline: Heedline, home: Path
) -> None:
    version = published(home).resolve()
    done = heedline("run", *asked, AIRFLOW_CONN_HEEDLINE_STRIPE="http://sk_test:none@127.0.0.1:9")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"holds sample small, this run is for {for_}" in line
    assert "set HEEDLINE_HOME" in line
    assert published(home).resolve() == version


def test_a_broken_source_is_named_the_others_still_load_and_no_secret_is_written(
    heedline: Heedline, tmp_path: Path
) -> None:
    drop, own = tmp_path / "acme", tmp_path / "own"
    drop.mkdir()
    (drop / "conversations.csv").write_text(
        "conversation_id,channel,opened_at\n1,ticket,2026-06-01T08:00:00Z\n2,ticket,31/12/2025\n"
    )
    done = heedline(
        "run",
        "--live",
        AIRFLOW_CONN_HEEDLINE_STRIPE=f"http://sk_test:{SECRET}@127.0.0.1:9",
        HEEDLINE_DROP_DIR=str(drop),
        HEEDLINE_HOME=str(own / "data"),
    )
    assert done.returncode == 1
    assert re.search(
        r"failed ingest_stripe\.extract: SourceError: stripe: .*127\.0\.0\.1", done.stderr
    )
    assert re.search(
        r"quarantined +file_drop: conversations\.csv row 2: opened_at: '31/12/2025'", done.stdout
    )
    assert rows(own, "select remote_id from fct_conversations where source_system = 'acme'") == [
        ("1",)
    ]
    assert SECRET not in done.stdout + done.stderr
    assert not files_with(own, SECRET)
    # What is there is found: the search looks into the warehouse's tables too.
    assert own / "data/warehouse/heedline.duckdb" in files_with(own, "31/12/2025")


def test_ctrl_c_stops_everything_that_was_started(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "heedline.py"), "run", "--size", "small"],
        cwd=home,
        env=heedline_env(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Airflow is up" in line:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "stopped" in errors
    deadline = time.monotonic() + 60
    while left := _processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def _processes_of(home: Path) -> list[str]:
    """Command lines of live processes whose environment points at this home."""
    marker, found = f"HEEDLINE_HOME={home / 'data'}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and marker in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [line for line in found if line.strip()]
