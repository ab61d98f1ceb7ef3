"""Rows without their key: nothing tells them apart, so every load would take them for new ones.

Whatever a resource's suite says, such a row is set aside.
"""

import json

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.settings import settings


def primary_keys(source: str) -> dict[str, list[str]]:
    """Key columns per resource, from the schema that was landed with the data."""
    versions = sorted(
        (settings().landing / source / "_dlt_version").glob("*.jsonl"),
        key=lambda path: path.stat().st_mtime,
    )
    if not versions:
        return {}
    stored = json.loads(versions[-1].read_text().splitlines()[0])
    tables = json.loads(stored["schema"])["tables"]
    return {
        name: [c for c, hints in table["columns"].items() if hints.get("primary_key")]
        for name, table in tables.items()
    }


def keyless_reasons(table: pa.Table, key: list[str], rows: int) -> dict[int, list[str]]:
    """Reasons per row position; a key column that did not land is missing in every row."""
    reasons: dict[int, list[str]] = {}
    for column in key:
        if column not in table.column_names:
            empty = list(range(rows))  # not the table's: without columns it has no rows
        elif table.column(column).null_count:
            empty = pc.indices_nonzero(table.column(column).is_null()).to_pylist()
        else:
            continue
        for row in empty:
            reasons.setdefault(row, []).append(
                f"{column}: is missing; without its key a row cannot be kept apart from others: "
                "correct it at the source"
            )
    return reasons
