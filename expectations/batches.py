"""Landed Parquet in, gated Parquet out, without holding a batch whole in memory.

Files of one load may differ in columns (a field that first appeared halfway): they are read as one
table with the union of columns, missing ones null.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.durable import sync, sync_tree
from warehouse.settings import settings

_ROWS_AT_ONCE = 100_000


class Batch:
    """One resource of one load: `received` rows in one or more files, in landed order."""

    def __init__(self, source: str, resource: str, files: list[Path]) -> None:
        self.source = source
        self.resource = resource
        self.files = files
        self.received = sum(pq.read_metadata(path).num_rows for path in files)
        self.schema = pa.unify_schemas(
            [pq.read_schema(path).remove_metadata() for path in files], promote_options="permissive"
        )

    def pieces(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Tables of bounded size with the batch's schema (cut to `columns`), in landed order."""
        schema = self.schema
        if columns is not None:
            schema = pa.schema([schema.field(c) for c in columns])
        for path in self.files:
            file = pq.ParquetFile(path)
            present = [c for c in schema.names if c in file.schema_arrow.names]
            if not present:
                # No wanted column in this file, yet its rows count.
                present = file.schema_arrow.names[:1]
            for piece in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=present):
                yield _aligned(piece, schema)

    def table(self, columns: list[str]) -> pa.Table:
        """Some columns of all rows."""
        schema = pa.schema([self.schema.field(c) for c in columns])
        return pa.concat_tables([schema.empty_table(), *self.pieces(columns)])


def _aligned(piece: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    columns = [
        piece.column(field.name).cast(field.type)
        if field.name in piece.schema.names
        else pa.nulls(piece.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


class GatedFolder:
    """Where one load's verdict is written: aside first, renamed into place when whole.

    A kill at any instant leaves either the former verdict, the new one, or none; a later run
    clears what was left aside.
    """

    def __init__(self, source: str, load_id: str) -> None:
        self.final = settings().landing / source / "_gated" / load_id
        self._aside = self.final.with_name(f".{load_id}.unfinished")
        self._former = self.final.with_name(f".{load_id}.former")

    def __enter__(self) -> "GatedFolder":
        for left in (self._aside, self._former):
            shutil.rmtree(left, ignore_errors=True)
        self._aside.mkdir(parents=True)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self._aside, ignore_errors=True)
            return
        sync_tree(self._aside)
        if self.final.exists():
            self.final.rename(self._former)
        self._aside.rename(self.final)
        sync(self.final.parent)
        shutil.rmtree(self._former, ignore_errors=True)

    def writer(self, resource: str, verdict: str, schema: pa.Schema) -> pq.ParquetWriter:
        """Open `<resource>.<verdict>.parquet`."""
        path = self._aside / f"{resource}.{verdict}.parquet"
        return pq.ParquetWriter(path, schema, compression="zstd")
