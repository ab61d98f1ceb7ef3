"""The measures' parts give the marts' own numbers, whatever they are sliced by."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publish.destinations.powerbi.metrics import Kpi
from tests.publish.powerbi.measure_sql import Asked

TEN = (
    "first_response_minutes_written",
    "resolution_minutes",
    "response_minutes",
    "csat",
    "nps",
    "ces",
    "fcr",
    "reopen_rate",
    "conversations_opened",
    "backlog",
)
# Named in the metric, where the mart knows the measure and its channels or topic.
PARTS_OF_A_MEASURE = ("first_response_minutes_", "speed_of_answer_")


def rows(version: Path, mart: str, query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(
        query.format(f"read_parquet('{version}/parquet/{mart}/*.parquet')")
    ).fetchall()


def test_every_kpi_of_the_scorecard_is_its_value_to_the_last_digit(
    version: Path, kpis: dict[str, Kpi]
) -> None:
    scorecard = rows(
        version, "kpi_scorecard", "select kpi, value, period_start, period_end from {}"
    )
    by_name = {kpi.scorecard: kpi for kpi in kpis.values() if kpi.scorecard}

    assert {name for name, *_ in scorecard} == set(by_name)
    assert set(TEN) <= {kpi.name for kpi in by_name.values()}
    for name, value, first, last in scorecard:
        asked = Asked(version, first, last).value(by_name[name].expression)
        assert asked == {(): value}, name
    assert sum(value is not None for _, value, *_ in scorecard) > len(TEN)


@pytest.mark.parametrize("column", ["channel", "team", "topic", "segment"])
def test_months_are_those_of_the_mart_to_the_last_digit(
    version: Path, kpis: dict[str, Kpi], column: str
) -> None:
    months = rows(
        version,
        "kpi_monthly",
        f"""
        select kpi, period_start, period_end, {column}, any_value(kind),
            sum(cast(numerator as decimal(28, 9)))::double,
            sum(cast(denominator as decimal(28, 9)))::double
        from {{}} group by all
        """,
    )
    expected: dict[tuple[str, date, date], dict[tuple[Any, ...], float | None]] = {}
    for kpi, first, last, value, kind, above, below in months:
        if kind in {"count", "level"}:
            result = above
        else:
            result = (100 if kind == "nps" else 1) * above / below if below else None
        expected.setdefault((kpi, first, last), {})[(value,)] = result

    for (name, first, last), values in expected.items():
        if name in kpis:
            asked = Asked(version, first, last, (column,)).value(kpis[name].expression)
            # On the last day nothing may wait where something did: the mart has no row, or 0.
            assert {k: v for k, v in asked.items() if v != 0} == {
                k: v for k, v in values.items() if v != 0
            }, (name, first)
    whole = {name for name in kpis if not name.startswith(PARTS_OF_A_MEASURE)}
    assert {name for name, *_ in expected} >= whole & set(TEN)
