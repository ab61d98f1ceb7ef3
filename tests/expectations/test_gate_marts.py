"""The marts gate: a broken promise stops publishing and says which, with what was observed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations import suites
from expectations.gate import CheckerBroken, MartsRefused, gate_marts
from warehouse.duck import warehouse

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with one mart, and an empty folder of suites."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(suites, "MARTS", tmp_path / "marts")
    (tmp_path / "marts").mkdir()
    with warehouse() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.kpi as select kpi, value, cast(day as timestamptz) as day from "
            "(values ('csat', 0.9, '2026-06-29'), ('nps', 1.7, '2026-07-02')) t(kpi, value, day)"
        )
    return tmp_path


def suite(house: Path, *expectations: dict[str, Any], mart: str = "kpi") -> None:
    (house / f"marts/{mart}.json").write_text(json.dumps({"expectations": expectations}))


def test_marts_that_keep_their_promises_pass_with_counts(house: Path) -> None:
    suite(
        house,
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}},
        {"type": "expect_column_to_exist", "kwargs": {"column": "kpi"}},
    )
    report = gate_marts(AS_OF)
    assert (report.rows, report.expectations) == ({"kpi": 2}, 2)


def test_every_broken_promise_is_named_with_what_was_observed(house: Path) -> None:
    suite(
        house,
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "value", "max_value": 1},
            "meta": {"notes": "a rate is a share"},
        },
        {
            "type": "expect_column_max_to_be_between",
            "kwargs": {"column": "day", "max_value": {"$PARAMETER": "as_of"}},
        },
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 5}},
    )
    with pytest.raises(MartsRefused) as refused:
        gate_marts(AS_OF)
    said = str(refused.value)
    assert said.startswith("3 broken: ")
    assert "marts.kpi: 1 rows: value: 1.7 is not between None and 1; a rate is a share" in said
    assert "observed 2026-07-02" in said
    assert "'value': 5} observed 2" in said


def test_a_mart_or_column_that_is_gone_is_a_broken_promise(house: Path) -> None:
    suite(house, mart="dim_ghosts")
    with pytest.raises(MartsRefused, match=r"marts\.dim_ghosts: no such table"):
        gate_marts(AS_OF)
    (house / "marts/dim_ghosts.json").unlink()
    suite(house, {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "owner"}})
    with pytest.raises(MartsRefused, match="column owner is gone"):
        gate_marts(AS_OF)


def test_a_malformed_suite_is_a_broken_check(house: Path) -> None:
    (house / "marts/kpi.json").write_text("nope")
    with pytest.raises(CheckerBroken, match="not JSON"):
        gate_marts(AS_OF)
