"""DuckDB snapshot `support.duckdb`: every mart as a table or view, for BI tools and notebooks.

Personal data stays behind. Tables and columns carry dbt's descriptions as comments, so that a tool
which shows comments shows definitions. Written in storage version 1.2.0, so older drivers open it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from publish.marts import Column, Mart
from warehouse.sql import literal

FILE = "support.duckdb"
STORAGE_VERSION = "v1.2.0"


def write(
    connection: duckdb.DuckDBPyConnection,
    marts: tuple[Mart, ...],
    folder: Path,
    as_of: str,
) -> None:
    """Write the leaders' snapshot into `folder`, with a one-row table `about` (as_of, marts)."""
    with open_new(connection, folder / FILE) as name:
        for mart in marts:
            if mart.view is None:
                kept = tuple(column.name for column in mart.leaders_columns)
                copy_mart(connection, name, mart, mart.select_leaders(), kept)
        connection.execute(
            f"create table {name}.main.about as select ?::timestamptz as as_of, ?::bigint as marts",
            [as_of, len(marts)],
        )
        connection.execute(
            f"comment on table {name}.main.about is 'One row: the instant this snapshot describes'"
        )
    _write_views(marts, folder / FILE)


def _write_views(marts: tuple[Mart, ...], path: Path) -> None:
    """Create the views in the file itself, where the tables they name stand beside them."""
    with duckdb.connect(str(path)) as connection:
        for mart in marts:
            if mart.view is None:
                continue
            connection.execute(f"create view {mart.name} as {mart.view}")
            connection.execute(f"comment on view {mart.name} is {literal(mart.description)}")
            _comment_columns(connection, mart.name, mart.columns)


@contextmanager
def open_new(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Attach a new database file for writing; yields the name it is attached under."""
    connection.execute(
        f"attach {literal(str(path))} as destination "
        f"(read_write, storage_version '{STORAGE_VERSION}')"
    )
    try:
        yield "destination"
    finally:
        # Detaching writes the log into the file: one file, and no .wal beside it.
        connection.execute("detach destination")


def copy_mart(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    mart: Mart,
    query: str,
    kept: tuple[str, ...],
) -> None:
    """Create `main.<mart>` from `query`, with the comments of the `kept` columns."""
    table = f"{database}.main.{mart.name}"
    connection.execute(f"create table {table} as {query}")
    connection.execute(f"comment on table {table} is {literal(mart.description)}")
    _comment_columns(connection, table, tuple(c for c in mart.columns if c.name in kept))


def _comment_columns(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[Column, ...]
) -> None:
    for column in columns:
        connection.execute(
            f"comment on column {table}.{column.name} is {literal(column.description)}"
        )
