"""The search for planted texts finds what compression hides; else its silence says nothing."""

import gzip
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests.searching import files_with

SECRET = "planted-7c1e-secret"


def test_a_text_is_found_in_every_kind_of_file_that_a_run_writes(tmp_path: Path) -> None:
    # The secret stands once, amid pieces of itself, so that packing leaves no whole copy of it.
    texts = [f"{n} planted-7c1e or c1e-secret" for n in range(50_000)]
    texts[1000] = f"1000 {SECRET} or"
    rows = [{"said": text} for text in texts]
    table = pa.Table.from_pylist(rows)
    (tmp_path / "plain.json").write_text(f'{{"a": "{SECRET}"}}')
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(SECRET.encode()))
    pq.write_table(table, tmp_path / "rows.parquet", compression="zstd")
    with duckdb.connect(str(tmp_path / "rows.duckdb")) as connection:
        connection.execute("create schema s")
        connection.register("made", table)
        connection.execute("create table s.t as from made")
    for name in ("rows.parquet", "rows.duckdb"):
        assert SECRET.encode() not in (tmp_path / name).read_bytes(), "not hidden: proves nothing"
    (tmp_path / "other.txt").write_text("nothing")
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("create table t as select 1 as n")

    for asked in ([SECRET], ["is nowhere", SECRET]):
        found = {path.name for path in files_with(tmp_path, *asked)}
        assert found == {"plain.json", "packed.jsonl.gz", "rows.parquet", "rows.duckdb"}
