"""Parquet (zstd), one folder per mart: `parquet/<mart>/data.parquet`, or a file per year.

Marts that grow with time are cut (`Mart.partition_by`): `parquet/kpi_daily/2026.parquet`. The
folder is the table: whoever reads all of its files has the mart's rows, with the mart's columns.
For Power BI, Excel, Spark and anything else that reads columns. Personal data stays behind. Views
are left to the snapshot.
"""

from pathlib import Path

import duckdb

from publish.edition import Edition, Held, hold
from publish.marts import Column, Mart
from warehouse.sql import literal

NAME = "parquet"
FOR_LEADERS = True
FOLDER = "parquet"
FILE = "data.parquet"
# Rows whose date is not known.
UNDATED = "undated.parquet"


def source(mart: Mart) -> str:
    """Where a mart's rows lie, relative to a version's folder: a file, or a folder of files.

    It follows from the contract, not from the rows: a folder it is also where it holds one file.
    """
    place = f"{FOLDER}/{mart.name}"
    return place if mart.partition_by else f"{place}/{FILE}"


def write(edition: Edition, folder: Path) -> None:
    for mart in edition.tables:
        target = folder / FOLDER / mart.name
        target.mkdir(parents=True)
        columns = ", ".join(_exact(column) for column in mart.leaders_columns)
        for file, rows in _parts(edition.connection, mart).items():
            edition.connection.execute(
                f"copy (select {columns} from {mart.table} where {rows}) "
                f"to {literal(str(target / file))} (format parquet, compression zstd)"
            )


def read_back(edition: Edition, folder: Path) -> list[Held]:
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        return [
            hold(
                reader,
                mart,
                mart.leaders_columns,
                _read(folder / FOLDER / mart.name),
                source(mart),
            )
            for mart in edition.tables
        ]


def _read(target: Path) -> str:
    """Every file of a mart. A folder above ours may be called `env=prod`, which is no column."""
    files = ", ".join(literal(str(file)) for file in sorted(target.glob("*.parquet")))
    return f"read_parquet([{files}], hive_partitioning = false)"


def _parts(connection: duckdb.DuckDBPyConnection, mart: Mart) -> dict[str, str]:
    """The files of a mart, and the condition of the rows in each. One without rows has one, too."""
    if mart.partition_by is None:
        return {FILE: "true"}
    year = f"year({mart.partition_by})"  # in UTC, as the warehouse's session is
    found = connection.execute(f"select distinct {year} from {mart.table} order by 1").fetchall()
    parts = {f"{one}.parquet": f"{year} = {one}" for (one,) in found if one is not None}
    if (None,) in found:
        parts[UNDATED] = f"{year} is null"
    return parts or {FILE: "true"}


def _exact(column: Column) -> str:
    """Parquet has no 128-bit integer; DuckDB would write a rounded double."""
    if column.kind in {"HUGEINT", "UHUGEINT"}:
        return f"{column.name}::decimal(38, 0) as {column.name}"
    return column.name
