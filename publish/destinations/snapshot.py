"""DuckDB snapshot `support.duckdb`: every mart as a table or view, for BI tools and notebooks.

Personal data stays behind. Tables and columns carry dbt's descriptions as comments, so that a tool
which shows comments shows definitions. Written in storage version 1.2.0, so older drivers open it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from publish import semantics
from publish.edition import Edition, Held, hold
from publish.marts import CannotPublish, Column, Mart
from warehouse.sql import literal

NAME = "snapshot"
FOR_LEADERS = True
FILE = "support.duckdb"
STORAGE_VERSION = "v1.2.0"


def write(edition: Edition, folder: Path) -> None:
    """Write the marts, a one-row table `about` (as_of, marts), and the metrics' definitions."""
    connection = edition.connection
    with open_new(connection, folder / FILE) as name:
        for mart in edition.tables:
            kept = tuple(column.name for column in mart.leaders_columns)
            copy_mart(connection, name, mart, mart.select_leaders(), kept)
        connection.execute(
            f"create table {name}.main.about as select ?::timestamptz as as_of, ?::bigint as marts",
            [edition.content.as_of, len(edition.marts)],
        )
        connection.execute(
            f"comment on table {name}.main.about is 'One row: the instant this snapshot describes'"
        )
    _write_views(edition.views, folder / FILE)
    semantics.write(folder)


def read_back(edition: Edition, folder: Path) -> list[Held]:
    """Every table; views and metrics have to answer from the tables beside them."""
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        reader.execute(f"attach {literal(str(folder / FILE))} as built (read_only)")
        for view in edition.views:
            _check_view(reader, view)
        semantics.check(reader, folder)
        return [
            hold(reader, mart, mart.leaders_columns, f"built.main.{mart.name}", FILE)
            for mart in edition.tables
        ]


def _check_view(reader: duckdb.DuckDBPyConnection, view: Mart) -> None:
    try:
        found = reader.execute(f"describe from built.main.{view.name}").fetchall()
    except duckdb.Error as error:
        raise CannotPublish(
            f"publish: the view {view.name} cannot be read in {FILE} "
            f"({str(error).splitlines()[0]}); it may name published tables and columns only"
        ) from error
    leaked = {row[0] for row in found} & {column.name for column in view.personal_columns}
    if leaked:
        raise CannotPublish(f"publish: {view.name}.{leaked.pop()} is personal and was written")


def _write_views(views: tuple[Mart, ...], path: Path) -> None:
    """Create the views in the file itself, where the tables they name stand beside them."""
    with duckdb.connect(str(path)) as connection:
        for view in views:
            connection.execute(f"create view {view.name} as {view.view}")
            connection.execute(f"comment on view {view.name} is {literal(view.description)}")
            _comment_columns(connection, view.name, view.columns)


@contextmanager
def open_new(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Attach a new database file for writing; yields the name it is attached under."""
    connection.execute(
        f"attach {literal(str(path))} as destination "
        f"(read_write, storage_version '{STORAGE_VERSION}')"
    )
    try:
        # One transaction: hundreds of statements would each be synced to the disk.
        connection.execute("begin")
        yield "destination"
        connection.execute("commit")
    except BaseException:
        with suppress(duckdb.Error):  # it may have been rolled back already
            connection.execute("rollback")
        raise
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
