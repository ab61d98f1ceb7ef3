"""Every destination says what the snapshot says, to the last digit, and none names a customer.

On the acme company's own marts, views included.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest
from pydantic import SecretStr
from tableauhyperapi import Connection, HyperProcess, SchemaName, Telemetry

from publish.destinations import postgres
from tests.publish.postgres_server import running

Tables = dict[str, list[tuple]]
# Whoever ever wrote; a value long enough that it is nobody else's word.
PEOPLE = """
    select distinct lower(value) from (
        select unnest([name, email, phone]) as value from held.intermediate.int_contacts
    ) where length(value) > 6
"""


def exact(rows: list) -> list[str]:
    """Rows that can be compared: floats by `repr`, instants in UTC, in any order."""
    return sorted(repr([_plain(value) for value in row]) for row in rows)


def _plain(value: object) -> object:
    if hasattr(value, "to_datetime"):  # Hyper's own types
        return value.to_datetime().replace(tzinfo=None)
    if hasattr(value, "to_date"):
        return value.to_date()
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, float):
        return value + 0.0  # Hyper keeps no sign of a zero
    return value.normalize() if isinstance(value, Decimal) else value


@pytest.fixture(scope="module")
def version(published: Path) -> Path:
    return (published / "published" / "current").resolve()


@pytest.fixture(scope="module")
def wanted(version: Path) -> Tables:
    """Every table and view of the snapshot."""
    with duckdb.connect(str(version / "support.duckdb"), read_only=True) as snapshot:
        snapshot.execute("set TimeZone = 'UTC'")
        names = [row[0] for row in snapshot.execute("show tables").fetchall()]
        return {name: snapshot.execute(f"from {name}").fetchall() for name in names}


@pytest.fixture(scope="module")
def hyper(version: Path) -> Tables:
    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as engine,
        Connection(engine.endpoint, version / "tableau" / "support.hyper") as file,
    ):
        tables = file.catalog.get_table_names(SchemaName("Extract"))
        return {
            table.name.unescaped: file.execute_list_query(f"select * from {table}")
            for table in tables
        }


@pytest.fixture(scope="module")
def database(version: Path) -> Iterator[psycopg.Connection]:
    with running() as server:
        postgres.load(SecretStr(server.uri()), version)
        with server.connect() as connection:
            yield connection


@pytest.fixture(scope="module")
def leaders_postgres(database: psycopg.Connection, wanted: Tables) -> Tables:
    found = database.execute(
        "select mart from kpi.publication where schema_name = 'kpi'"
    ).fetchall()
    assert {row[0] for row in found} == set(wanted)
    return {name: database.execute(f"select * from kpi.{name}").fetchall() for name in wanted}


def test_parquet(version: Path, wanted: Tables) -> None:
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        for folder in (version / "parquet").iterdir():
            found = reader.execute(f"from '{folder}/*.parquet'").fetchall()
            assert exact(found) == exact(wanted[folder.name]), folder.name


def test_every_fact_and_daily_kpi_is_cut_by_a_day_or_instant_that_does_not_move(
    published: Path,
) -> None:
    manifest = json.loads((published / "dbt" / "target" / "manifest.json").read_text())
    marts = {
        node["name"]: (node["config"]["meta"].get("partition_by"), set(node["columns"]))
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    cut = {name: column for name, (column, _) in marts.items() if column}
    daily = {name for name, (_, columns) in marts.items() if "metric_date" in columns}
    small_or_view = {"kpi_topic_alerts", "kpi_topic_examples", "kpi_evidence", "kpi_levels_daily"}
    assert {name for name in marts if name.startswith("fct_")} | daily - small_or_view <= set(cut)
    moves = ("ended_at", "resolved_at", "solved_at", "answered_at", "updated_at")
    assert [name for name, column in cut.items() if column.endswith(moves)] == []


def test_tableau(hyper: Tables, wanted: Tables) -> None:
    assert set(wanted) - set(hyper) == {"about", "kpi_evidence", "kpi_levels_daily"}
    for mart, rows in hyper.items():
        assert exact(rows) == exact(wanted[mart]), mart


def test_postgres_views_included(leaders_postgres: Tables, wanted: Tables) -> None:
    assert {"kpi_evidence", "kpi_levels_daily"} < set(wanted)
    assert len(wanted["kpi_evidence"]) > 100
    for mart, rows in leaders_postgres.items():
        assert exact(rows) == exact(wanted[mart]), mart


def test_postgres_keeps_the_contracts_keys(database: psycopg.Connection) -> None:
    keys = database.execute(
        "select count(*) from pg_constraint where contype = 'u' "
        "and connamespace = 'kpi'::regnamespace"
    ).fetchone()
    assert keys is not None
    assert keys[0] > 40


def test_leaders_find_no_customer_anywhere(
    published: Path, version: Path, hyper: Tables, leaders_postgres: Tables
) -> None:
    with duckdb.connect() as reader:
        reader.execute(f"attach '{published}/warehouse/heedline.duckdb' as held (read_only)")
        people = {row[0] for row in reader.execute(PEOPLE).fetchall()}
    assert len(people) > 1
    for place, tables in (("hyper", hyper), ("postgres", leaders_postgres)):
        for mart, rows in tables.items():
            text = repr(rows).lower()
            assert [person for person in people if person in text] == [], f"{place}: {mart}"
    for file in (version / "tableau").glob("*.tds"):
        text = file.read_text().lower()
        assert [person for person in people if person in text] == [], file.name
