"""Parquet, one folder per mart: `parquet/<mart>/data.parquet` (zstd).

For Power BI, Excel, Spark and anything else that reads columns. Personal data stays behind.
"""

from pathlib import Path

import duckdb

from publish.marts import Mart

FOLDER = "parquet"
FILE = "data.parquet"


def write(connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], folder: Path) -> None:
    """Write every mart's Parquet file below `folder`."""
    for mart in marts:
        target = folder / FOLDER / mart.name / FILE
        target.parent.mkdir(parents=True)
        quoted = str(target).replace("'", "''")
        connection.execute(
            f"copy ({mart.select_leaders()}) to '{quoted}' (format parquet, compression zstd)"
        )
