"""What the datasets' SQL answers on a published version: the marts' numbers, to the last digit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.publish.superset.conftest import Bundle


@pytest.fixture(scope="module")
def reader(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def relation(dataset: dict[str, Any]) -> str:
    return f"({dataset['sql']})" if dataset["sql"] else f"main.{dataset['table_name']}"


def test_every_column_and_metric_can_be_asked_for(
    bundle: Bundle, reader: duckdb.DuckDBPyConnection
) -> None:
    for dataset in bundle.datasets.values():
        plain = [c["expression"] or c["column_name"] for c in dataset["columns"]]
        reader.execute(f"select {', '.join(plain)} from {relation(dataset)} as asked")
        for metric in dataset["metrics"]:
            reader.execute(f"select {metric['expression']} from {relation(dataset)} as asked")


def test_days_added_up_are_the_scorecard(
    bundle: Bundle, reader: duckdb.DuckDBPyConnection, scorecard: dict[str, str]
) -> None:
    dataset = bundle.dataset("kpi_daily")
    expressions = {m["metric_name"]: m["expression"] for m in dataset["metrics"]}
    compared = 0
    for kpi, value in reader.execute("select kpi, value from kpi_scorecard").fetchall():
        if (metric := scorecard[kpi]) not in expressions:
            continue
        asked = (
            f"select {expressions[metric]} from {relation(dataset)} as asked where days_ago < 28"
        )
        (found,) = reader.execute(asked).fetchone()
        # Nothing to count is none here and 0 there.
        assert (found or None) == (value or None), kpi
        compared += bool(value)
    assert compared >= 10


@pytest.mark.parametrize("period", ["weekly", "monthly"])
def test_one_period_of_every_kpi_is_that_of_its_leaves(
    period: str, bundle: Bundle, reader: duckdb.DuckDBPyConnection
) -> None:
    """NPS and the backlog too, which days do not add up to."""
    dataset = bundle.dataset(f"kpi_{period}")
    expressions = {m["metric_name"]: m["expression"] for m in dataset["metrics"]}
    exact = "cast(sum(cast({} as decimal(28, 9))) as double)"
    leaves = reader.execute(
        f"select kpi, any_value(kind), period_start, {exact.format('numerator')}, "
        f"{exact.format('denominator')} from kpi_{period} group by all"
    ).fetchall()
    compared = set()
    for kpi, kind, start, above, below in leaves:
        if kpi not in expressions:
            continue
        asked = f"select {expressions[kpi]} from {relation(dataset)} as asked"
        (found,) = reader.execute(f"{asked} where period_start = ?", [start]).fetchone()
        expected = above
        if below is not None:
            expected = (100 if kind == "nps" else 1) * above / below if below else None
        assert found == expected, (kpi, start)
        compared.add(kind)
    assert compared == {"mean", "share", "nps", "count", "level"}
