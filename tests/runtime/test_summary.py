"""What a person reads after a run comes from what was loaded and published."""

import io
import json
from datetime import UTC, datetime

import duckdb
import pytest
from rich.console import Console

from runtime import summary
from warehouse.duck import warehouse
from warehouse.settings import settings

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SCORECARD = """
create table kpi_scorecard as select * from (values
    ('CSAT', 'share', 0.818, 0.85, 'at_least', false, 0.879, 110.0),
    ('First response', 'minutes', 1281.0, 60.0, 'at_most', false, 308.0, 356.0),
    ('Mood', 'score', -0.08, null, null, null, -0.07, 1296.0),
    ('CES', 'share', null, 0.8, 'at_least', null, null, 0.0)
) as t(label, unit, value, target, target_direction, is_attained, previous_value, denominator),
(select date '2026-06-02' as period_start, date '2026-06-29' as period_end)
"""
AT_RISK = """
create table at_risk_customers as select
    1 as position, 'Ann Smith' as customer_name, null as email, 'c1' as customer_id,
    'Acme' as account_name, 'red' as band, 0.91::double as score, 25.0::double as amount_per_month,
    'EUR' as currency, 'asked to cancel' as top_reasons, 'save_cancellation' as play,
    'phone' as play_channel, timestamptz '2026-07-01 09:00:00+00' as due_at
"""


@pytest.fixture
def out() -> Console:
    return Console(file=io.StringIO(), width=200, highlight=False)


def text(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def publish(name: str, query: str) -> None:
    path = settings().published / "current" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(query)


def test_intake_counts_per_source_and_tells_each_kind_of_refusal_once(out: Console) -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('email', 'messages', '1', 5, 2, 2, 1, now(), 0)"
        )
        connection.execute(
            "create table quarantine.email__messages as select "
            "'email: messages {\"id\": ' || n || '}: sent_at: is missing' as reason, "
            "now() as quarantined_at from range(2) as t(n)"
        )
    summary.intake(out, settings(), LONG_AGO)
    assert "email          5               2            2           1" in text(out)
    assert text(out).count("email: messages {…}: sent_at: is missing (2 rows)") == 1


def test_intake_names_files_that_are_no_entitys(out: Console) -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('file_drop', 'files', '1', 1, 1, 0, 0, now(), 0)"
        )
        connection.execute(
            "create schema raw_file_drop; create table raw_file_drop.files as select "
            "'notes.txt' as drop_file, 'no entity has this name' as message, "
            "'ignored' as status, now() as _loaded_at"
        )
    summary.intake(out, settings(), LONG_AGO)
    assert "ignored  notes.txt: no entity has this name" in text(out)


def test_scorecard_shows_units_targets_and_blanks(out: Console) -> None:
    publish("support.duckdb", SCORECARD)
    summary.scorecard(out, settings())
    rows = {line.split("  ")[0].strip(): line.split() for line in text(out).splitlines() if line}
    assert rows["CSAT"] == ["CSAT", "81.8%", "≥", "85.0%", "no", "87.9%", "110"]
    assert rows["First response"][2:8] == ["21.4", "h", "≤", "60", "min", "no"]
    assert rows["Mood"] == ["Mood", "-0.08", "–", "–", "-0.07", "1,296"]
    assert rows["CES"] == ["CES", "–", "≥", "80.0%", "–", "–", "0"]


def test_at_risk_as_table_and_as_json(out: Console) -> None:
    publish("success/success.duckdb", AT_RISK)
    summary.at_risk(out, settings(), top=5)
    assert "Ann Smith, Acme" in text(out)
    assert "asked to cancel" in text(out)
    assert "save cancellation, phone, by 2026-07-01 09:00" in text(out)
    machine = Console(file=io.StringIO(), width=80)
    summary.at_risk(machine, settings(), top=5, output="json")
    assert json.loads(text(machine))[0]["score"] == pytest.approx(0.91)


def test_before_the_first_run_the_message_says_what_to_do(out: Console) -> None:
    with pytest.raises(FileNotFoundError, match="heedline run"):
        summary.at_risk(out, settings(), top=5)
    summary.status(out, settings())
    assert "nothing published" in text(out)


def test_status_counts_the_records_that_rules_dealt_with(out: Console) -> None:
    manifest = settings().published / "current" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"version": "v1", "content": {"as_of": "2026-06-30"}}))
    with warehouse():  # a warehouse that was never built
        pass
    summary.status(out, settings())
    assert "wrong input" not in text(out)
    with warehouse() as connection:
        # Two of 300 records are listed; all of them count.
        connection.execute(
            "create schema marts; create table marts.data_issues as from (values "
            "('acme', 'messages', 'message_before_opening', 'kept', 300), "
            "('acme', 'messages', 'message_before_opening', 'kept', 300), "
            "('acme', 'schedules', 'time_zone_unknown', 'set_aside', 1)"
            ") as t(source_system, entity, rule, handling, records)"
        )
    summary.status(out, settings())
    assert "wrong input, by rule: 300 kept, 1 set aside (table marts.data_issues)" in text(out)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (None, "Postgres is behind: it has no version yet"),
        ({"version": "v2", "behind": None}, "Postgres has v2"),
        ({"version": "v1", "behind": None}, "Postgres is behind: it has v1"),
        ({"version": "v1", "behind": "nobody answers there"}, "nobody answers there"),
    ],
)
def test_status_says_whether_postgres_has_the_published_version(
    out: Console, monkeypatch: pytest.MonkeyPatch, note: dict[str, str | None] | None, said: str
) -> None:
    root = settings().published
    (root / "current").mkdir(parents=True)
    manifest = root / "current" / "manifest.json"
    manifest.write_text(json.dumps({"version": "v2", "content": {"as_of": "2026-06-30"}}))
    if note:
        (root / "postgres.json").write_text(json.dumps(note))
    with warehouse():
        pass
    summary.status(out, settings())
    assert "Postgres" not in text(out)
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "postgres")
    summary.status(out, settings())
    assert said in text(out)
