"""Write a tagged table, batch by batch: CSV, JSON lines (`.gz` too), Parquet."""

import base64
import csv
import gzip
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ml.tagger.files.reading import Form
from warehouse.durable import sync

_ROW_GROUP_ROWS, _ROW_GROUP_BYTES = 65_536, 64_000_000


class Sink(ABC):
    """A file being written; on leaving it is closed and on the disk."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema, self.open = path, schema, ExitStack()

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows."""

    def finish(self) -> None:  # noqa: B027 - most hold nothing back
        """Write what is still held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        with self.open:
            if kind is None:
                self.finish()
        if kind is None:
            sync(self.path)

    def bytes_out(self, *, gzipped: bool) -> BinaryIO:
        raw = self.open.enter_context(self.path.open("wb"))
        if not gzipped:
            return raw
        # No name and no time in the header: the same rows give the same bytes.
        packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
        return cast(BinaryIO, self.open.enter_context(packed))


class CsvSink(Sink):
    """CSV; nothing is quoted that need not be."""

    def __init__(self, path: Path, schema: pa.Schema, form: Form, delimiter: str) -> None:
        super().__init__(path, schema)
        self.out = self.open.enter_context(
            io.TextIOWrapper(self.bytes_out(gzipped=form.gzipped), encoding="utf-8", newline="")
        )
        self.plain = csv.writer(self.out, delimiter=delimiter, lineterminator="\n")
        self.quoting = csv.writer(
            self.out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL
        )
        self._row(schema.names)

    def _row(self, row: Iterable[str | None]) -> None:
        # Python 3.11 leaves a lone carriage return unquoted, and would read it as a line's end.
        values = list(row)
        careful = any(value and "\r" in value for value in values)
        (self.quoting if careful else self.plain).writerow(values)

    def write(self, batch: pa.RecordBatch) -> None:
        for row in zip(*map(as_texts, batch.columns), strict=True):
            self._row(row)


class JsonSink(Sink):
    """JSON lines."""

    def __init__(self, path: Path, schema: pa.Schema, form: Form) -> None:
        super().__init__(path, schema)
        self.out = self.bytes_out(gzipped=form.gzipped)

    def write(self, batch: pa.RecordBatch) -> None:
        for row in zip(*map(_as_json, batch.columns), strict=True):
            said = dict(zip(self.schema.names, row, strict=True))
            self.out.write(orjson.dumps(said, default=_default) + b"\n")

    def extend(self, lines: list[str], added: pa.RecordBatch) -> None:
        """Append objects as their lines have them, to the last digit, with more keys at the end."""
        for line, row in zip(lines, added.to_pylist(), strict=True):
            head = line[:-1].rstrip().encode()
            comma = b"" if head == b"{" else b", "
            self.out.write(head + comma + orjson.dumps(row)[1:] + b"\n")


class ParquetSink(Sink):
    """Parquet, in row groups of a size that readers like."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        super().__init__(path, schema)
        self.writer = self.open.enter_context(pq.ParquetWriter(path, schema))
        self.held: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        self.held.append(batch)
        rows = sum(one.num_rows for one in self.held)
        if rows >= _ROW_GROUP_ROWS or sum(one.nbytes for one in self.held) >= _ROW_GROUP_BYTES:
            self.finish()

    def finish(self) -> None:
        if self.held:
            self.writer.write_table(pa.Table.from_batches(self.held, self.schema))
            self.held = []


def _plain(array: pa.Array) -> pa.Array:
    """Without extension; times as text, to the digit Arrow has."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_temporal(kind) and not (
        pa.types.is_duration(kind) or pa.types.is_interval(kind)
    ):
        array = array.cast(pa.string())
    return array


def _as_json(array: pa.Array) -> list[Any]:
    values: list[Any] = _plain(array).to_pylist()
    return values


def as_texts(array: pa.Array) -> list[str | None]:
    """The values as CSV has them: empty for null, JSON for nested ones, base64 for bytes."""
    return [_as_text(value) for value in _plain(array).to_pylist()]


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | dict | bool):
        return orjson.dumps(value, default=_default).decode()
    return repr(value) if isinstance(value, int | float) else _default(value)


def _default(value: object) -> str:
    """What JSON has no word for."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
