"""The second gate: what is about to be published keeps its promises, or nothing is published."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from expectations import suites
from expectations.errors import MartsRefused
from expectations.reasons import Failure, describe, describe_table
from expectations.suites import Suite, read_suite
from warehouse.clock import iso
from warehouse.duck import warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MartsReport:
    """Rows checked per mart, and how many expectations held in all."""

    rows: dict[str, int]
    expectations: int


def gate_marts(as_of: datetime, path: Path | None = None) -> MartsReport:
    """Check every mart that has a suite in `suites/marts/`, in one reading of the warehouse.

    Suites may refer to the run's instant as `{"$PARAMETER": "as_of"}` (ISO text, UTC).

    Args:
        as_of: the run's only "now".
        path: another database file than the warehouse (a published snapshot).

    Raises:
        MartsRefused: naming each mart, expectation and what was observed, on one line.
        CheckerBroken: a suite is malformed or raised.
    """
    from expectations import checker

    rows: dict[str, int] = {}
    held = 0
    broken: list[str] = []
    with warehouse(read_only=True, path=path) as connection:
        for file in sorted(suites.MARTS.glob("*.json")):
            suite = read_suite(file)
            try:
                frame = _read(connection, file.stem, suite)
            except duckdb.CatalogException:
                broken.append(f"marts.{file.stem}: no such table; run the marts DAG first")
                continue
            failures = checker.check(suite, frame, {"as_of": iso(as_of)})
            rows[file.stem] = len(frame)
            held += len(suite.expectations) - len(failures)
            broken += [_said(file.stem, failure) for failure in failures]
    if broken:
        raise MartsRefused(f"{len(broken)} broken: " + " | ".join(broken))
    log.info("gate marts: %d marts, %d expectations hold", len(rows), held)
    return MartsReport(rows, held)


def _read(connection: duckdb.DuckDBPyConnection, mart: str, suite: Suite) -> pd.DataFrame:
    """The columns the suite looks into (a mart column that is gone is a broken promise)."""
    present = [name for (name, *_) in connection.execute(f'describe marts."{mart}"').fetchall()]
    wanted = present if suite.looks_at_column_names() else suite.columns() or present[:1]
    gone = [c for c in wanted if c not in present]
    if gone:
        raise MartsRefused(f"marts.{mart}: column {', '.join(gone)} is gone; its suite names it")
    chosen = ", ".join(f'"{c}"' for c in wanted)
    table = connection.sql(f'select {chosen} from marts."{mart}"').to_arrow_table()
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    frame.index = pd.RangeIndex(len(frame))
    return frame


def _said(mart: str, failure: Failure) -> str:
    if failure.is_row_level and failure.values:
        first = describe(failure.expectation, failure.values[0])
        return f"marts.{mart}: {len(failure.values)} rows: {first}"
    return f"marts.{mart}: {describe_table(failure)}"
