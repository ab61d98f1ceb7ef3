"""Rows and files past their period go, counted; marts never lose their past unawares."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from privacy.periods import BadPeriods, Periods, read_periods
from privacy.retention import dry_run, enforce
from tests.privacy.conftest import held, insert
from warehouse.duck import warehouse
from warehouse.settings import settings

NOW = datetime(2026, 6, 30, tzinfo=UTC)
TICKETS = {"zendesk.tickets": {"days": 365, "by": "updated_at", "shortens_history": True}}
OLD, NEW = "2025-01-01T00:00:00Z", "2026-06-01T00:00:00Z"


def said(text: str, tmp_path: Path) -> str:
    path = tmp_path / "retention.yml"
    path.write_text(text)
    with pytest.raises(BadPeriods) as error:
        read_periods(path)
    return str(error.value)


def test_our_own_file_is_valid_and_keeps_raw_rows_for_ever() -> None:
    periods = read_periods()
    assert periods.raw == {}
    assert periods.loads.days is None
    assert periods.quarantine.days == 90


def test_with_an_empty_file_everything_is_kept() -> None:
    assert enforce(NOW, Periods()).total == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quarantine: {days: 0}", "retention.yml:1: quarantine.days"),
        ("logs: {days: 3}\nlog: {days: 3}", "retention.yml:2: log: Extra inputs"),
        ("raw:\n  zendesk.tickets: {days: 3, by: updated_at}", "shortens_history: true"),
        (
            "raw:\n  zendesk.tickets: {days: 3, by: colour, shortens_history: true}",
            "colour is none of its columns",
        ),
        (
            "raw:\n  zendesk.ticket_events: {days: 3, by: created_at, shortens_history: true}",
            "its rows go with zendesk.tickets; set the period there",
        ),
        (
            "raw:\n  zendesk.nothing: {days: 3, by: a, shortens_history: true}",
            "no such table",
        ),
        ("raw: [", "not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, expected: str, tmp_path: Path) -> None:
    assert expected in said(text, tmp_path)


@pytest.mark.usefixtures("house")
def test_a_conversation_goes_whole_and_by_its_last_change() -> None:
    with warehouse() as connection:
        connection.execute("update raw_zendesk.tickets set updated_at = ? where id = 1", [OLD])
        connection.execute("update raw_zendesk.tickets set updated_at = ? where id = 2", [NEW])
        connection.execute("update raw_zendesk.ticket_events set created_at = ?", [OLD])
    insert("raw_zendesk.tickets", id=3, updated_at="no time at all")
    done = enforce(NOW, Periods(raw=TICKETS))
    assert done.removed == {"raw_zendesk.tickets": 1, "raw_zendesk.ticket_events": 1}
    assert held("raw_zendesk.tickets", "id") == [2, 3]
    assert held("raw_zendesk.ticket_events", "ticket_id") == [2]
    assert held("ops.retention", "place") == ["raw_zendesk.ticket_events", "raw_zendesk.tickets"]
    assert done.rewritten


@pytest.mark.usefixtures("house")
def test_the_daily_numbers_of_the_time_before_are_frozen_first() -> None:
    with warehouse() as connection:
        connection.execute("update raw_zendesk.tickets set updated_at = ? where id = 1", [OLD])
        connection.execute(
            "create table marts.kpi_daily as select * from (values "
            "(date '2025-01-01', 'csat', 3.0), (date '2026-06-01', 'csat', 4.0)) "
            "as t (metric_date, kpi, numerator)"
        )
    enforce(NOW, Periods(raw=TICKETS))
    assert [str(d) for d in held("ops.kpi_history", "metric_date")] == ["2025-01-01"]
    with warehouse() as connection:
        connection.execute("update marts.kpi_daily set numerator = 0")
        connection.execute("update raw_zendesk.tickets set updated_at = ?", [OLD])
    enforce(NOW, Periods(raw=TICKETS))
    assert held("ops.kpi_history", "numerator") == [3.0]


@pytest.mark.usefixtures("house")
def test_quarantine_lists_and_records_have_their_own_periods() -> None:
    for at in (OLD, NEW):
        insert("quarantine.zendesk__users", load_id="1", row="{}", quarantined_at=at)
        insert(
            "ops.dbt_results",
            invocation_id="i",
            as_of=at,
            node="n",
            resource_type="m",
            status="s",
            seconds=1.0,
        )
    periods = Periods(**{"quarantine": {"days": 90}, "ops.dbt_results": {"days": 30}})
    assert dry_run(NOW, periods).removed == {
        "ops.dbt_results": 1,
        "quarantine.zendesk__users": 1,
    }
    assert len(held("quarantine.zendesk__users", "load_id")) == 2
    enforce(NOW, periods)
    assert len(held("quarantine.zendesk__users", "load_id")) == 1
    assert len(held("ops.dbt_results", "node")) == 1


def aged(path: Path, days: int, **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if more.get("folder"):
        path.mkdir()
    else:
        path.write_text("x")
    moment = NOW.timestamp() - days * 86400
    os.utime(path, (moment, moment))
    return path


def test_old_logs_and_versions_go_the_current_version_never() -> None:
    root = settings().root
    old_log = aged(root / "airflow/logs/dag_id=x/run/1.log", 40)
    new_log = aged(root / "airflow/logs/dag_id=y/run/1.log", 3)
    current = aged(settings().published / "v000002-20260101T000000Z", 90, folder=True)
    old = aged(settings().published / "v000001-20260101T000000Z", 90, folder=True)
    (settings().published / "current").symlink_to(current.name)
    done = enforce(NOW, Periods(logs={"days": 30}, published={"days": 30}))
    assert done.removed == {"logs": 1, "published": 1}
    assert [p.exists() for p in (old_log, new_log, old, current)] == [False, True, False, True]
    assert not (root / "airflow/logs/dag_id=x").exists()


def test_what_landed_whole_waits_for_its_load_for_ever() -> None:
    landing = settings().landing / "zendesk"
    broken = aged(landing / "users" / "1700000001.5.abc.0.parquet", 20)
    whole = aged(landing / "users" / "1700000000.5.abc.0.parquet", 20)
    aged(landing / "_dlt_loads" / "zendesk__1700000000.5.jsonl", 20)
    assert enforce(NOW, Periods(landing={"days": 14})).removed == {"landing": 1}
    assert (broken.exists(), whole.exists()) == (False, True)
