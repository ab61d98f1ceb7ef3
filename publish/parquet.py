"""Parquet, one folder per mart: `parquet/<mart>/data.parquet` (zstd).

For Power BI, Excel, Spark and anything else that reads columns. Personal data stays behind.
"""

from pathlib import Path

import duckdb

from publish.marts import Mart
from warehouse.sql import literal

FOLDER = "parquet"
FILE = "data.parquet"


def write(connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], folder: Path) -> None:
    """Write every mart's Parquet file below `folder`; views are left to the snapshot."""
    for mart in marts:
        if mart.view is not None:
            continue
        target = folder / FOLDER / mart.name / FILE
        target.parent.mkdir(parents=True)
        connection.execute(
            f"copy ({mart.select_leaders()}) to {literal(str(target))} "
            "(format parquet, compression zstd)"
        )
