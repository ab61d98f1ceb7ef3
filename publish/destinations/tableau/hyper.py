"""The `.hyper` file: written and read back by Tableau's own engine, table by table.

Rows go through Parquet files and never through Python, so memory does not grow with them. The
engine is told to send nothing home and to write no log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from publish.content import checksum
from publish.destinations.tableau.kinds import kept
from publish.edition import Edition, Held, hold
from publish.marts import CannotPublish, Mart
from warehouse.sql import identifier, literal

if TYPE_CHECKING:
    from tableauhyperapi import Connection

FOLDER = "tableau"
FILE = "support.hyper"
# Tableau calls the schema of extracts so; its server takes files that have it.
SCHEMA = "Extract"
# Beyond these bytes the engine spills to disk.
_MEMORY = "1g"


def is_installed() -> bool:
    """Tableau has its engine for this kind of machine, and it is installed."""
    return find_spec("tableauhyperapi") is not None


def write_tables(edition: Edition, target: Path) -> None:
    """Write every mart into a new file.

    Raises:
        CannotPublish: a number of a mart is too big for Tableau.
    """
    with (
        TemporaryDirectory(dir=target.parent) as work,
        _opened(target, new=True) as file,
    ):
        rows = Path(work) / "rows.parquet"
        file.catalog.create_schema(SCHEMA)
        for mart in edition.tables:
            _export(edition.connection, mart, rows)
            file.execute_command(
                f"create table {_place(mart)} as "
                f"(select * from external({literal(str(rows))}, format => 'parquet'))"
            )


def read_back(edition: Edition, folder: Path) -> list[Held]:
    """Every mart, as the engine gives it out again."""
    held = []
    path = folder / FOLDER / FILE
    with (
        TemporaryDirectory(dir=path.parent) as work,
        _opened(path, new=False) as file,
        duckdb.connect() as reader,
    ):
        rows = Path(work) / "rows.parquet"
        reader.execute("set TimeZone = 'UTC'")
        for mart in edition.tables:
            file.execute_command(
                f"copy (select * from {_place(mart)}) to {literal(str(rows))} "
                "with (format => 'parquet')"
            )
            held.append(_held(edition, reader, mart, rows))
    return held


def _held(edition: Edition, reader: duckdb.DuckDBPyConnection, mart: Mart, rows: Path) -> Held:
    """What was read back; where it is what was sent, it has the mart's checksum."""
    columns = [kept(column).column for column in mart.leaders_columns]
    # A folder above ours may be called `env=prod`, which is no column.
    relation = f"read_parquet({literal(str(rows))}, hive_partitioning = false)"
    found = hold(reader, mart, columns, relation, f"{FOLDER}/{FILE}")
    sent = edition.connection.execute(
        f"select {checksum(columns)} from (select {_sent(mart)} from {mart.table})"
    ).fetchall()
    if sent == [(found.checksum,)]:
        return replace(found, checksum=edition.content.leaders[mart.name])
    return found


def _export(warehouse: duckdb.DuckDBPyConnection, mart: Mart, rows: Path) -> None:
    try:
        warehouse.execute(f"copy (select {_sent(mart)} from {mart.table}) to {literal(str(rows))}")
    except duckdb.ConversionException as error:
        raise CannotPublish(
            f"publish: {mart.table} holds a number that Tableau has no type for "
            f"({str(error).splitlines()[0]}); cast the column to double in the mart, or leave "
            "tableau out of HEEDLINE_DESTINATIONS"
        ) from error


@contextmanager
def _opened(path: Path, *, new: bool) -> Iterator["Connection"]:
    """Start the engine and open a file with it."""
    # Imported when used: it loads 43 MB, and some machines have none.
    from tableauhyperapi import Connection, CreateMode, HyperProcess, Telemetry

    mode = CreateMode.CREATE_AND_REPLACE if new else CreateMode.NONE
    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU,
            parameters={"log_config": "", "memory_limit": _MEMORY},
        ) as process,
        Connection(process.endpoint, path, mode) as connection,
    ):
        yield connection


def _sent(mart: Mart) -> str:
    return ", ".join(
        f"{kept(column).expression} as {identifier(column.name)}" for column in mart.leaders_columns
    )


def _place(mart: Mart) -> str:
    return f"{identifier(SCHEMA)}.{identifier(mart.name)}"
