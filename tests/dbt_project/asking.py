"""Asking what was published: in SQL, and through the metrics."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from runtime.semantic import Metrics, Request

Row = dict[str, Any]


def rows(snapshot: Path, query: str) -> list[Row]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return connection.sql(query).to_arrow_table().to_pylist()


def asked(metrics: Metrics, kpi: str, *by: str, **request: Any) -> dict[tuple[Any, ...], Any]:
    answer = metrics.answer(Request((kpi,), by, **request))
    return {
        tuple(part.date() if isinstance(part, datetime) else part for part in row[:-1]): row[-1]
        for row in answer.rows
    }
