"""Tag a column of a table in a file; kill-proof, in bounded memory.

The input is checked, tagged group by group into `FILE.part/`, and read once more to be written with
its tags beside it; the output appears under its name when it is whole.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ml.tagger.files.csv_tables import CsvSource
from ml.tagger.files.json_lines import JsonSource
from ml.tagger.files.parquet_tables import ParquetSource
from ml.tagger.files.parts import Parts, Work
from ml.tagger.files.reading import BadFile, Form, Source, Tick, form_of, grouped
from ml.tagger.files.writing import CsvSink, JsonSink, ParquetSink, Sink
from ml.tagger.predict import SCHEMA, tag_texts

__all__ = ["TAGS", "BadFile", "FileReport", "Watch", "tag_file"]

_LAST = "model_version"
TAGS = pa.schema([*(f for f in SCHEMA if f.name not in {"text_hash", _LAST}), SCHEMA.field(_LAST)])
"""The columns added, in this order."""


@dataclass(frozen=True)
class Watch:
    """Who is told what is going on; each does nothing unless given.

    Attributes:
        checked: rows found readable so far.
        tagged: texts tagged so far, those of an earlier start too, of how many.
        said: a sentence for the person at the keyboard.
    """

    checked: Tick = lambda rows: None
    tagged: Callable[[int, int], None] = lambda done, total: None
    said: Callable[[str], None] = lambda line: None


_NOBODY = Watch()


@dataclass(frozen=True)
class FileReport:
    """Rows written, texts tagged by this start, those in no language it knows, how long it took."""

    rows: int
    tagged_now: int
    unsupported: int
    seconds: float
    model_version: str


def _source(path: Path, form: Form, column: str, *, typed: bool) -> Source:
    if form.kind == "csv":
        return CsvSource(path, column)
    if form.kind == "parquet":
        return ParquetSource(path, column)
    return JsonSource(path, column, typed=typed)


def _sink(path: Path, form: Form, schema: pa.Schema, delimiter: str) -> Sink:
    if form.kind == "csv":
        return CsvSink(path, schema, form, delimiter)
    return ParquetSink(path, schema) if form.kind == "parquet" else JsonSink(path, schema, form)


def _refuse_paths(source: Path, output: Path, *, overwrite: bool) -> None:
    if not source.exists():
        raise BadFile(f"{source}: no such file; look at the path given with --input")
    if not source.is_file():
        raise BadFile(f"{source} is not a file; name one file with --input")
    if output.exists() and output.samefile(source):
        raise BadFile(f"{output} is the input; name another file with --output")
    if output.is_dir():
        raise BadFile(f"{output} is a folder; name a file in it")
    if output.exists() and not overwrite:
        raise BadFile(f"{output} exists; name another file, or say --overwrite")


def _refuse_clashes(names: list[str], prefix: str, source: Path) -> None:
    clashes = [prefix + tag for tag in TAGS.names if prefix + tag in names]
    if clashes:
        raise BadFile(
            f"{source} has columns {', '.join(clashes)} already, which are to be added; "
            f"rename them, or say --prefix, such as --prefix {'x_' if prefix else 'heedline_'}"
        )


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _refuse_change(source: Path, stamp: tuple[int, int]) -> None:
    if _stamp(source) != stamp:
        raise BadFile(f"{source} changed while it was being tagged; start again when it is at rest")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version() -> str:
    """Whose tags these will be; loads all that answers a text, before anything long begins."""
    try:
        return str(tag_texts(["Where is my order?"]).column("model_version")[0].as_py())
    except RuntimeError as error:
        raise BadFile(str(error)) from None


def _tag(source: Source, parts: Parts, total: int, watch: Watch) -> None:
    remaining = islice(source.texts(), parts.rows, None)
    watch.tagged(parts.rows, total)
    for group in grouped(remaining, len):
        parts.add(tag_texts(group).select(TAGS.names))
        watch.tagged(parts.rows, total)


class _Tags:
    """Finished tags, taken in whatever portions the input is read in."""

    def __init__(self, tables: Iterator[pa.Table], schema: pa.Schema) -> None:
        self.tables, self.schema, self.held = tables, schema, TAGS.empty_table()
        self.unsupported = 0

    def take(self, rows: int) -> pa.RecordBatch:
        while self.held.num_rows < rows:
            self.held = pa.concat_tables([self.held, next(self.tables)])
        taken = self.held.slice(0, rows).combine_chunks()
        self.held = self.held.slice(rows)
        self.unsupported += rows - (pc.sum(taken.column("language_supported")).as_py() or 0)
        columns = [column.chunk(0) for column in taken.columns]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)


def _write(source: Source, sink: Sink, tags: _Tags) -> None:
    if isinstance(source, JsonSource) and isinstance(sink, JsonSink):
        for lines in source.line_groups():
            sink.extend(lines, tags.take(len(lines)))
        return
    for batch in source.batches():
        added = tags.take(batch.num_rows)
        columns = [*batch.columns, *added.columns]
        sink.write(pa.RecordBatch.from_arrays(columns, schema=sink.schema))


def tag_file(
    source: Path,
    column: str,
    output: Path,
    *,
    prefix: str = "",
    overwrite: bool = False,
    watch: Watch = _NOBODY,
) -> FileReport:
    """Write `source` to `output` with the columns `TAGS` added, `prefix` before their names.

    Rows keep their order, the other columns their order, values and types. Broken off at any point,
    the same call goes on where it was, from the folder `FILE.part` beside the output.

    Raises:
        BadFile: anything about the files that the person at the keyboard can mend.
    """
    began = time.monotonic()
    shape, wanted = form_of(source), form_of(output)
    _refuse_paths(source, output, overwrite=overwrite)
    stamp = _stamp(source)
    rows_in = _source(source, shape, column, typed=wanted.kind == "parquet")
    total = rows_in.check(watch.checked)
    _refuse_clashes(rows_in.names, prefix, source)
    if (shape.kind, wanted.kind) != ("csv", "csv"):
        rows_in.need_single_names()
    work = Work(stamp[0], _sha256(source), column, _version())
    parts = Parts(output)
    with parts.held():
        news = parts.take_up(work)
        if news:
            watch.said(news)
        before = parts.rows
        _tag(rows_in, parts, total, watch)
        _refuse_change(source, stamp)
        if isinstance(rows_in, JsonSource) and wanted.kind != "jsonl":
            rows_in.find_types()
        added = pa.schema([field.with_name(prefix + field.name) for field in TAGS])
        schema = pa.schema([*rows_in.schema, *added], rows_in.schema.metadata)
        delimiter = rows_in.delimiter if isinstance(rows_in, CsvSource) else ","
        tags = _Tags(parts.read(), added)
        with _sink(parts.output, wanted, schema, delimiter) as sink:
            _write(rows_in, sink, tags)
        _refuse_change(source, stamp)
        parts.publish(output)
    seconds = time.monotonic() - began
    return FileReport(total, total - before, tags.unsupported, seconds, work.model_version)
