"""Write the verdict on one resource: accepted rows as landed, quarantined rows with reasons."""

import numpy as np
import pyarrow as pa

from expectations.batches import Batch, GatedFolder
from expectations.errors import CheckerBroken
from expectations.reasons import SEPARATOR, place, row_key
from expectations.suites import Suite
from expectations.variants import variant_columns


def write_verdict(
    folder: GatedFolder,
    batch: Batch,
    suite: Suite,
    reasons: dict[int, list[str]],
    key: list[str],
) -> tuple[int, int]:
    """Split a batch by `reasons` (row position → reasons); (accepted, quarantined) rows.

    Raises:
        CheckerBroken: the parts do not add up to what was received.
    """
    variant = variant_columns(batch.schema)
    kept_schema = pa.schema([f for f in batch.schema if f.name not in variant])
    aside_schema = batch.schema.append(pa.field("_reason", pa.string())).append(
        pa.field("_row_key", pa.string())
    )
    failed = np.array(sorted(reasons), dtype=np.int64)
    accepted = quarantined = start = 0
    with (
        folder.writer(batch.resource, "accepted", kept_schema) as kept,
        folder.writer(batch.resource, "quarantined", aside_schema) as aside,
    ):
        for piece in batch.pieces():
            end = start + piece.num_rows
            rows = failed[np.searchsorted(failed, start) : np.searchsorted(failed, end)]
            mask = np.ones(piece.num_rows, dtype=bool)
            mask[rows - start] = False
            good = piece.filter(pa.array(mask)).select(kept_schema.names)
            kept.write_table(good)
            accepted += good.num_rows
            if len(rows):
                bad = piece.filter(pa.array(~mask))
                texts = [reasons[int(row)] for row in rows]
                aside.write_table(_explained(bad, batch, suite, texts, key))
                quarantined += bad.num_rows
            start = end
    if batch.received != accepted + quarantined:
        raise CheckerBroken(
            f"{batch.source}: {batch.resource}: {batch.received} received, but {accepted} accepted "
            f"+ {quarantined} quarantined; the gate lost rows, report this as a fault of Heedline"
        )
    return accepted, quarantined


def _explained(
    bad: pa.Table, batch: Batch, suite: Suite, texts: list[list[str]], key: list[str]
) -> pa.Table:
    """The refused rows with `_reason` and `_row_key`."""
    keys, lines = [], []
    for row, said in zip(bad.to_pylist(), texts, strict=True):
        keys.append(row_key(row, key))
        where = place(batch.resource, row, suite.meta.get("place"), keys[-1])
        lines.append(f"{batch.source}: {where}: {SEPARATOR.join(said)}")
    return bad.append_column("_reason", pa.array(lines, pa.string())).append_column(
        "_row_key", pa.array(keys, pa.string())
    )
