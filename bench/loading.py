"""Loading one gated batch into DuckDB: our one-transaction merge against dlt's own merge load."""

from pathlib import Path

import dlt
import pyarrow as pa
import pyarrow.parquet as pq

from bench.report import show, timed
from connectors import contract, loading
from connectors.landing import completion_mark
from warehouse.settings import settings

ROWS = 200_000
TICKETS = {
    "tickets": contract.Resource(
        primary_key=("id",),
        version="updated_at",
        columns={"id": "bigint", "updated_at": "text", "subject": "text", "status": "text"},
    )
}


def batch() -> pa.Table:
    """Tickets, one in ten of them twice (as lookback windows bring them)."""
    ids = [number % (ROWS * 9 // 10) for number in range(ROWS)]
    stamps = [f"2026-01-01T{n % 24:02d}:{n % 60:02d}:00Z" for n in range(ROWS)]
    subjects = [f"order {n} has not arrived" for n in ids]
    columns = {"id": ids, "updated_at": stamps, "subject": subjects, "status": ["open"] * ROWS}
    return pa.table(columns)


def ours(table: pa.Table) -> int:
    """Merge the batch as the load task does."""
    loading.resources = lambda _source: TICKETS  # type: ignore[attr-defined]
    landed = settings().landing / "bench" / "tickets" / "1.0.parquet"
    gated = loading.gated_folder("bench", "1")
    for folder in (landed.parent, gated, completion_mark("bench", "1").parent):
        folder.mkdir(parents=True)
    pq.write_table(table, landed)
    pq.write_table(table, gated / "tickets.accepted.parquet")
    empty = table.slice(0, 0)
    for name in ("_reason", "_row_key"):
        empty = empty.append_column(name, pa.array([], pa.string()))
    pq.write_table(empty, gated / "tickets.quarantined.parquet")
    completion_mark("bench", "1").write_text("{}")
    (account,) = loading.load_pending("bench")
    return account.received


def dlts_own(table: pa.Table, folder: Path) -> int:
    """The same rows through dlt's DuckDB destination, merge disposition, Parquet files."""
    pipeline = dlt.pipeline(
        "peer",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(folder / "peer.duckdb")),
        dataset_name="raw_peer",
    )
    pipeline.run(
        table,
        table_name="tickets",
        write_disposition="merge",
        primary_key="id",
        loader_file_format="parquet",
    ).raise_on_failed_jobs()
    return table.num_rows


def main() -> None:
    table = batch()
    mine = timed("heedline: counted, one transaction", lambda: ours(table))
    peer = timed("dlt: DuckDB destination, merge", lambda: dlts_own(table, settings().root))
    show("loading a gated batch into raw tables", "rows", mine, peer)
