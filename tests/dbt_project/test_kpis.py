"""KPIs over days, weeks and months, each against its evidence and against plain Python."""

import json
from collections import defaultdict
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import heedline
from runtime.explanation import NoSuchKpi, Question, explain
from warehouse.settings import Settings, settings

LEAF = ("channel", "team", "topic", "segment", "kpi")
LAST_DAY = date(2026, 6, 29)
ONE_DAY = timedelta(1)
Row = dict[str, Any]


@pytest.fixture
def here(published: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HEEDLINE_HOME", str(published))
    return settings()


def rows(home: Path, query: str) -> list[Row]:
    path = home / "published" / "current" / "support.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(query).to_arrow_table().to_pylist()


def leaf(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in LEAF)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def test_every_daily_kpi_is_the_sum_of_its_evidence(published: Path) -> None:
    added: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    latest: dict[tuple[Any, ...], Row] = {}
    for row in rows(published, "from kpi_evidence"):
        if row["kind"] == "nps":  # a customer's latest answer of a day stands for them
            key = (row["first_date"], row["customer_id"] or row["record_id"])
            if key not in latest or (row["dated_at"], row["record_id"]) > (
                latest[key]["dated_at"], latest[key]["record_id"],
            ):  # fmt: skip
                latest[key] = row
            continue
        for day in days(row["first_date"], row["last_date"]):
            sums = added[day, *leaf(row)]
            sums[0] += row["numerator"]
            sums[1] += row["denominator"] or 0
    for (day, _), row in latest.items():
        added[day, *leaf(row)][0] += row["numerator"]
        added[day, *leaf(row)][1] += row["denominator"]

    daily = {
        (row["metric_date"], *leaf(row)): [row["numerator"], row["denominator"] or 0]
        for row in rows(published, "from kpi_daily")
    }

    assert daily.keys() == added.keys()
    assert {key: sums for key, sums in daily.items() if sums != pytest.approx(added[key])} == {}


@pytest.mark.parametrize(("mart", "unit"), [("kpi_weekly", "week"), ("kpi_monthly", "month")])
def test_longer_periods_add_up_days_and_take_the_last_backlog(
    published: Path, mart: str, unit: str
) -> None:
    def begins(day: date) -> date:
        return day - timedelta(day.weekday()) if unit == "week" else day.replace(day=1)

    expected: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows(published, "from kpi_daily where kind <> 'nps'"):
        day = row["metric_date"]
        is_last = day == LAST_DAY or begins(day + timedelta(1)) != begins(day)
        if row["kind"] != "level" or is_last:
            sums = expected[begins(day), *leaf(row)]
            sums[0] += row["numerator"]
            sums[1] += row["denominator"] or 0

    found = rows(published, f"from {mart} where kind <> 'nps'")

    assert {(row["period_start"], *leaf(row)) for row in found} == expected.keys()
    for row in found:
        key = (row["period_start"], *leaf(row))
        assert [row["numerator"], row["denominator"] or 0] == pytest.approx(expected[key]), key
        assert row["is_complete"] == (row["period_end"] <= LAST_DAY)


def test_the_backlog_by_age_is_who_waited_how_long_at_each_midnight(published: Path) -> None:
    expected: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    stays = rows(published, "from fct_status_spans where excluded_reason is null")
    opened = {row["conversation_id"]: row["started_at"] for row in stays if row["span_number"] == 1}
    for row in stays:
        since = opened[row["conversation_id"]].astimezone(UTC).date()
        until = row["ended_at"].astimezone(UTC).date() if row["ended_at"] else LAST_DAY + ONE_DAY
        for day in days(row["started_at"].astimezone(UTC).date(), until - ONE_DAY):
            if not row["is_solved"]:
                age = max(age for age in (0, 1, 3, 7, 14, 30, 90) if age <= (day - since).days)
                waiting = expected[day, row["channel"], row["team"], age]
                waiting[0] += 1
                waiting[1] += row["status"] == "pending"
    found = {
        (row["metric_date"], row["channel"], row["team"], row["age_from_days"]): [
            row["waiting"], row["waiting_for_customer"],
        ]
        for row in rows(published, "from kpi_backlog")
    }  # fmt: skip
    assert found == expected
    assert {age for _, _, _, age in found} == {0, 1, 3, 7, 14}


def test_nps_of_a_month_takes_each_customers_latest_answer_in_it(published: Path) -> None:
    # Answered in June: 2 then 9 by one customer, 8, 6; one was sent and never answered.
    june = rows(
        published,
        "select sum(numerator) as promoters, sum(denominator) as answers from kpi_monthly "
        "where kpi = 'nps' and period_start = date '2026-06-01'",
    )
    assert june == [{"promoters": 0.0, "answers": 3.0}]


def test_each_scorecard_number_is_what_its_explanation_adds_up_to(here: Settings) -> None:
    card = rows(here.root, "from kpi_scorecard")
    assert len(card) > 25
    for row in card:
        found = explain(here, Question(row["kpi"]))
        said = (found.numerator, found.denominator, found.value)
        shown = (row["numerator"] or 0, row["denominator"], row["value"])
        assert said == pytest.approx(shown), row["kpi"]
        assert (found.first, found.last) == (row["period_start"], row["period_end"])


def test_an_explanation_leads_to_the_conversations(here: Settings) -> None:
    found = explain(here, Question("fcr", date(2026, 6, 1), LAST_DAY))
    listed = {row["remote_id"]: row["numerator"] for row in found.records}
    facts = rows(
        here.root,
        "select remote_id, is_fcr from fct_conversations where is_fcr is not null "
        "and excluded_reason is null and resolved_at >= timestamptz '2026-06-01 00:00:00+00' "
        "and resolved_at < timestamptz '2026-06-30 00:00:00+00'",
    )
    assert listed == {row["remote_id"]: float(row["is_fcr"]) for row in facts}


def test_filters_narrow_down_and_none_asks_for_what_has_no_team(here: Settings) -> None:
    opened = Question("conversations_opened", date(2026, 6, 1), LAST_DAY)
    whole = explain(here, opened)
    care = explain(here, Question(opened.kpi, opened.first, opened.last, {"team": ("Care",)}))
    without = explain(here, Question(opened.kpi, opened.first, opened.last, {"team": ("none",)}))
    assert {row["team"] for row in care.records} == {"Care"}
    assert {row["team"] for row in without.records} == {None}
    assert 0 < care.numerator < whole.numerator
    others = {row["team"] for row in whole.records} - {"Care", None}
    assert care.numerator + without.numerator + sum(
        row["team"] in others for row in whole.records
    ) == whole.numerator  # fmt: skip


def test_the_backlog_of_a_day_is_who_waited_at_its_midnight(here: Settings) -> None:
    waiting = explain(here, Question("backlog", date(2026, 6, 1), date(2026, 6, 20)))
    assert waiting == explain(here, Question("backlog", date(2026, 6, 1), date(2026, 6, 20)))
    (daily,) = rows(
        here.root,
        "select coalesce(sum(numerator), 0) as waiting from kpi_daily "
        "where kpi = 'backlog' and metric_date = date '2026-06-20'",
    )
    assert waiting.value == daily["waiting"]


def test_an_unknown_kpi_names_the_closest(here: Settings) -> None:
    with pytest.raises(NoSuchKpi, match="did you mean csat"):
        explain(here, Question("cast"))


def ask(*arguments: str) -> str:
    shown = CliRunner().invoke(heedline.app, ["explain", *arguments])
    assert shown.exit_code == 0, shown.output
    return shown.stdout


@pytest.mark.usefixtures("here")
def test_the_command_prints_the_sum_and_the_records() -> None:
    shown = ask("csat", "--limit", "1")
    assert shown.startswith("Satisfaction (CSAT)  2026-06-02 … 2026-06-29")
    assert "60.0% = 3 / 5 of 5 records" in shown
    assert "… and 4 more" in shown


@pytest.mark.usefixtures("here")
def test_csv_and_json_hold_every_record() -> None:
    assert len(ask("csat", "--format", "csv").splitlines()) == 1 + 5
    said = json.loads(ask("csat", "--format", "json"))
    assert len(said["records"]) == 5
    assert said["records"][0]["dated_at"].endswith("Z")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("days", "said"),
    [(("29/6",), "'29/6' is not a day"), (("2026-06-29", "2026-06-01"), "is before 2026-06-29")],
)
def test_days_that_are_none_are_refused(days: tuple[str, ...], said: str) -> None:
    shown = CliRunner().invoke(heedline.app, ["explain", "csat", *days])
    assert said in str(shown.exception)


@pytest.mark.usefixtures("here")
def test_without_a_kpi_all_are_listed() -> None:
    shown = ask()
    assert "fcr_issues" in shown
    assert "response_business_minutes" in shown


def test_the_evidence_is_published_as_a_view_and_not_as_parquet(published: Path) -> None:
    current = published / "published" / "current"
    with duckdb.connect(str(current / "support.duckdb"), read_only=True) as connection:
        (view,) = connection.execute(
            "select comment from duckdb_views() where not internal and view_name = 'kpi_evidence'"
        ).fetchall()
    assert view[0].startswith("One row per KPI and record")
    assert (current / "parquet" / "kpi_weekly").exists()
    assert not (current / "parquet" / "kpi_evidence").exists()
