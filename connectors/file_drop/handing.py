"""Handing rows on to dlt: for which table they are, and when they arrived."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import pyarrow as pa

from connectors.contract import resources

NAME = "file_drop"


def arrival(state: dict[str, Any], modified: float) -> str:
    """When the file was written, but after any file before it: the order of arrival as text."""
    arrived = datetime.fromtimestamp(modified, UTC)
    if last := state.get("last_arrival"):
        arrived = max(arrived, datetime.fromisoformat(last) + timedelta(microseconds=1))
    text = arrived.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    state["last_arrival"] = text
    return text


def to_table(table: str, rows: pa.Table, source: str = NAME) -> Any:
    """Rows bound for one table, with its declared columns. Keys are not declared to dlt: a row
    without one must reach the quarantine, not stop the extraction."""
    columns: Any = [
        {"name": name, "data_type": kind, "nullable": True}
        for name, kind in resources(source)[table].columns.items()
    ]
    hints = dlt.mark.make_hints(table_name=table, columns=columns, write_disposition="append")
    return dlt.mark.with_hints(rows, hints, create_table_variant=True)
