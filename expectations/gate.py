"""The two gates: raw batches before loading, marts before publishing.

`gate_batch` reads what one extraction landed and writes, per resource, the accepted rows and the
quarantined ones with their reasons. Nothing is dropped: received = accepted + quarantined.
"""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from expectations import suites
from expectations.batches import Batch, GatedFolder
from expectations.errors import BatchRefused, CheckerBroken, MartsRefused
from expectations.keys import keyless_reasons, primary_keys
from expectations.marts import MartsReport, gate_marts
from expectations.reasons import by_row, describe_table
from expectations.suites import Suite, read_suite
from expectations.variants import variant_columns, variant_reasons
from expectations.verdict import write_verdict
from warehouse.landed import landed_files

__all__ = [
    "BatchRefused",
    "CheckerBroken",
    "GateReport",
    "MartsRefused",
    "MartsReport",
    "ResourceReport",
    "gate_batch",
    "gate_marts",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ResourceReport:
    """Row counts of one resource; `received == accepted + quarantined` always."""

    received: int
    accepted: int
    quarantined: int


@dataclass(frozen=True)
class GateReport:
    """Verdict on one load: where it was written and the counts per resource."""

    source: str
    load_id: str
    folder: Path
    resources: dict[str, ResourceReport]

    def summary(self) -> dict[str, Any]:
        """Counts per resource as plain values, for the task's result."""
        return {name: asdict(report) for name, report in self.resources.items()}


def gate_batch(source: str, load_id: str) -> GateReport:
    """Check every resource of one landed load and write the verdict.

    Writes `landing/<source>/_gated/<load_id>/<resource>.{accepted,quarantined}.parquet`, all or
    nothing. Accepted rows are as landed (without variant columns, which are null in them);
    quarantined rows carry `_reason` and `_row_key` (JSON) besides.

    Raises:
        BatchRefused: a table-level expectation failed; nothing was written.
        CheckerBroken: a suite is missing, malformed, or raised; nothing was written.
    """
    keys = primary_keys(source)
    reports: dict[str, ResourceReport] = {}
    with GatedFolder(source, load_id) as folder:
        for resource, files in landed_files(source, load_id).items():
            batch = Batch(source, resource, files)
            suite = read_suite(suites.RAW / source / f"{resource}.json")
            primary_key = keys.get(resource, [])
            reasons = _reasons(batch, suite, primary_key)
            key = list(suite.meta.get("row_key") or primary_key)
            accepted, quarantined = write_verdict(folder, batch, suite, reasons, key)
            reports[resource] = ResourceReport(batch.received, accepted, quarantined)
            log.info(
                "gate %s.%s load %s: %d received, %d accepted, %d quarantined",
                *(source, resource, load_id),
                *(batch.received, accepted, quarantined),
            )
    return GateReport(source, load_id, folder.final, reports)


def _reasons(batch: Batch, suite: Suite, key: list[str]) -> dict[int, list[str]]:
    """Reasons per row position of the batch; an empty batch is not worth importing the checker."""
    if batch.received == 0:
        return {}
    from expectations import checker

    variant = list(variant_columns(batch.schema))
    wanted = suite.columns()
    landed = [c for c in wanted if c in batch.schema.names]
    if suite.looks_at_column_names():
        landed = batch.schema.names
    keys = [c for c in key if c in batch.schema.names]
    table = batch.table(list(dict.fromkeys([*landed, *variant, *keys])))
    frame: pd.DataFrame = table.select(landed).to_pandas(types_mapper=pd.ArrowDtype)
    frame.index = pd.RangeIndex(batch.received)
    for column in wanted:
        if column not in frame.columns:
            # The source stopped sending it: null in every row, for the suite to judge.
            frame[column] = pd.Series(pd.NA, index=frame.index, dtype=pd.ArrowDtype(pa.string()))
    failures = checker.check(suite, frame, {}) if suite.expectations else []
    whole = [f for f in failures if not f.is_row_level]
    if whole:
        said = "; ".join(describe_table(f) for f in whole)
        raise BatchRefused(f"{batch.source}: {batch.resource}: batch refused: {said}")
    found = by_row(failures)
    for row, texts in variant_reasons(table, batch.schema).items():
        found.setdefault(row, []).extend(texts)
    for row, texts in keyless_reasons(table, key, batch.received).items():
        found.setdefault(row, texts)  # a suite that looks at the key says it better
    return found
