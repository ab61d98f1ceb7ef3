"""Parquet, one folder per mart: `parquet/<mart>/data.parquet` (zstd).

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


def path_of(mart: Mart, folder: Path) -> Path:
    """Where a mart's file lies below a version's folder."""
    return folder / FOLDER / mart.name / FILE


def write(edition: Edition, folder: Path) -> None:
    for mart in edition.tables:
        target = path_of(mart, folder)
        target.parent.mkdir(parents=True)
        columns = ", ".join(_exact(column) for column in mart.leaders_columns)
        edition.connection.execute(
            f"copy (select {columns} from {mart.table}) to {literal(str(target))} "
            "(format parquet, compression zstd)"
        )


def read_back(edition: Edition, folder: Path) -> list[Held]:
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        return [
            hold(
                reader,
                mart,
                mart.leaders_columns,
                f"read_parquet({literal(str(path_of(mart, folder)))})",
                path_of(mart, folder).relative_to(folder).as_posix(),
            )
            for mart in edition.tables
        ]


def _exact(column: Column) -> str:
    """Parquet has no 128-bit integer; DuckDB would write a rounded double."""
    if column.kind in {"HUGEINT", "UHUGEINT"}:
        return f"{column.name}::decimal(38, 0) as {column.name}"
    return column.name
