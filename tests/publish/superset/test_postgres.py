"""The same SQL on a real Postgres: every column and metric can be asked for, and says the same."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import yaml

from publish.superset import POSTGRES, bundle
from tests.publish import postgres_server
from tests.publish.superset.test_numbers import relation

KINDS = {"DOUBLE": "double precision", "VARCHAR": "text", "HUGEINT": "numeric"}


@pytest.fixture(scope="module")
def datasets(target: Path) -> list[dict[str, Any]]:
    files = bundle(target, POSTGRES)
    return [yaml.safe_load(text) for path, text in files.items() if path.startswith("datasets/")]


@pytest.fixture(scope="module")
def server(
    snapshot: Path, datasets: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection]:
    """Schema `kpi` with the tables of the snapshot."""
    folder = tmp_path_factory.mktemp("tables")
    with postgres_server.running() as made, made.connect() as connection:
        connection.execute("create schema kpi")
        with duckdb.connect(str(snapshot), read_only=True) as reader:
            reader.execute("set TimeZone = 'UTC'")
            tables = reader.execute("select table_name from duckdb_tables()").fetchall()
            for (table,) in tables:
                described = reader.execute(f"describe {table}").fetchall()
                columns = ", ".join(f"{row[0]} {KINDS.get(row[1], row[1])}" for row in described)
                connection.execute(f"create table kpi.{table} ({columns})")
                file = folder / f"{table}.csv"
                reader.execute(f"copy {table} to '{file}' (header false)")
                with connection.cursor().copy(f"copy kpi.{table} from stdin csv") as copied:
                    copied.write(file.read_bytes())
        yield connection


def test_every_column_and_metric_can_be_asked_for(
    server: psycopg.Connection, datasets: list[dict[str, Any]]
) -> None:
    for dataset in datasets:
        table = relation(dataset).replace("main.", "kpi.")
        plain = [c["expression"] or c["column_name"] for c in dataset["columns"]]
        server.execute(f"select {', '.join(plain)} from {table} as asked")
        for metric in dataset["metrics"]:
            server.execute(f"select {metric['expression']} from {table} as asked")


def test_days_added_up_are_the_scorecard(
    server: psycopg.Connection, datasets: list[dict[str, Any]], scorecard: dict[str, str]
) -> None:
    """Postgres makes decimals of a double's first 15 digits, so the last digit may differ."""
    daily = next(dataset for dataset in datasets if dataset["table_name"] == "kpi_daily")
    expressions = {m["metric_name"]: m["expression"] for m in daily["metrics"]}
    compared = 0
    for kpi, value in server.execute("select kpi, value from kpi.kpi_scorecard").fetchall():
        if (metric := scorecard[kpi]) in expressions:
            asked = f"select {expressions[metric]} from {relation(daily)} as asked"
            (found,) = server.execute(f"{asked} where days_ago < 28").fetchone()
            assert math.isclose(found or 0, value or 0, rel_tol=1e-12), kpi
            compared += bool(value)
    assert compared >= 10
