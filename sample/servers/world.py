"""Reads the sample world's tables for the servers; each table is read once and kept.

Timestamps come back as timezone-aware UTC datetimes, lists as lists, nulls as None.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]


@cache
def table(world: Path, name: str) -> pa.Table:
    """A world table (`people`, `messages`, …) as Arrow."""
    return pq.read_table(world / f"{name}.parquet")


@cache
def rows(world: Path, name: str) -> list[Row]:
    """A world table as a list of dicts, in file order. Shared: do not change the dicts."""
    found: list[Row] = table(world, name).to_pylist()
    return found


@cache
def of_system(world: Path, name: str, system: str) -> list[Row]:
    """The rows of a table that belong to one system (column `system`)."""
    return [row for row in rows(world, name) if row["system"] == system]


@cache
def grouped(world: Path, name: str, key: str, system: str | None = None) -> dict[Any, list[Row]]:
    """Rows by the value of a column, e.g. messages of one system by conversation_remote_id."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows(world, name) if system is None else of_system(world, name, system):
        groups[row[key]].append(row)
    return dict(groups)


@cache
def by_key(world: Path, name: str, key: str) -> dict[Any, Row]:
    """One row per value of a unique column, e.g. agents by agent_id."""
    return {row[key]: row for row in rows(world, name)}
