"""Models' SQL as a build left it, to run over a test's own tables: cheap with thousands of rows."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.settings import Settings


def compiled_model(home: Path, name: str) -> str:
    """The SQL of a model that was built in this home."""
    (file,) = (Settings(home=home).dbt / "target" / "compiled").rglob(f"models/**/{name}.sql")
    return file.read_text()


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """A warehouse in memory, with the names that compiled models use and nothing in it."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("attach ':memory:' as heedline; use heedline")
    connection.execute("create schema intermediate; create schema marts")
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return found


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, records: list[dict[str, Any]]
) -> None:
    """Add records to a table; columns they lack are NULL."""
    connection.register("records", pa.Table.from_pylist(records))
    connection.execute(f"insert into {table} by name from records")
    connection.unregister("records")
