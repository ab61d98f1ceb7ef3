"""Redact a column of a file (CSV, JSON lines, Parquet); rows keep their order, all else stays."""

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ml.redaction.redact import redact

FORMATS = (".csv", ".jsonl", ".parquet")
_EVERY = 10_000


class BadFile(ValueError):
    """The file cannot be redacted; the text says where it is wrong and what to do."""


@dataclass
class FileReport:
    """Rows read, texts in which something was replaced, placeholders put per kind."""

    rows: int = 0
    changed: int = 0
    findings: Counter[str] = field(default_factory=Counter)

    def redacted(self, text: str) -> str:
        """The text redacted and counted."""
        done = redact(text)
        self.changed += done.text != text
        self.findings.update(done.findings)
        return done.text


@contextmanager
def _aside(output: Path) -> Iterator[Path]:
    """A file to write that takes the place of `output` when it is whole."""
    output.parent.mkdir(parents=True, exist_ok=True)
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _need(columns: Sequence[str], found: Sequence[str], source: Path) -> None:
    missing = [name for name in columns if name not in found]
    if missing:
        raise BadFile(
            f"{source}: no column {', '.join(missing)}; it has {', '.join(found)}; "
            "name one with --text-column"
        )


def _csv(
    source: Path, columns: Sequence[str], target: Path, report: FileReport, tick: Callable[[], None]
) -> None:
    csv.field_size_limit(2**31 - 1)
    with (
        source.open(newline="", encoding="utf-8-sig") as lines,
        target.open("w", newline="", encoding="utf-8") as out,
    ):
        head = lines.readline()
        delimiter = max(",;\t|", key=head.count) if head.strip() else ","
        lines.seek(0)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        names = next(rows, [])
        _need(columns, names, source)
        places = [names.index(name) for name in columns]
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writer.writerow(names)
        try:
            for row in rows:
                if len(row) != len(names):
                    raise BadFile(
                        f"{source} line {rows.line_num}: {len(row)} fields where the header has "
                        f"{len(names)}; "
                        "put quotes around fields that hold the delimiter"
                    )
                for place in places:
                    row[place] = report.redacted(row[place])
                writer.writerow(row)
                tick()
        except csv.Error as error:
            raise BadFile(f"{source} line {rows.line_num}: {error}; save it as CSV again") from None


def _jsonl(
    source: Path, columns: Sequence[str], target: Path, report: FileReport, tick: Callable[[], None]
) -> None:
    with source.open(encoding="utf-8-sig") as lines, target.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise BadFile(
                    f"{source} line {number}: not JSON; write one object a line"
                ) from None
            if not isinstance(row, dict):
                raise BadFile(f"{source} line {number}: not an object; write one object a line")
            _need(columns, list(row), source.with_name(f"{source.name} line {number}"))
            for name in columns:
                row[name] = _any(row[name], report, f"{source} line {number}: {name}")
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            tick()


def _any(value: Any, report: FileReport, place: str) -> Any:
    """A value of any simple type: a number may be a telephone number, and is read as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (str, int, float)):
        text = str(value)
        done = report.redacted(text)
        return value if done == text else done
    raise BadFile(f"{place} is a {type(value).__name__}, not a text; flatten it first")


def _parquet(
    source: Path, columns: Sequence[str], target: Path, report: FileReport, tick: Callable[[], None]
) -> None:
    try:
        file = pq.ParquetFile(source)
    except pa.ArrowInvalid:
        raise BadFile(f"{source}: not a Parquet file; its ending says so") from None
    _need(columns, file.schema_arrow.names, source)
    schema = file.schema_arrow
    for name in columns:
        place, kind = schema.get_field_index(name), schema.field(name)
        if not (pa.types.is_string(kind.type) or pa.types.is_large_string(kind.type)):
            raise BadFile(f"{source}: column {name} is {kind.type}, not text; cast it first")
        schema = schema.set(place, kind.with_type(pa.large_string()))
    with pq.ParquetWriter(target, schema) as writer:
        for batch in file.iter_batches(batch_size=4096):
            arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
            for name in columns:
                texts = arrays[name].to_pylist()
                done = [None if text is None else report.redacted(text) for text in texts]
                arrays[name] = pa.array(done, pa.large_string())
            writer.write_batch(pa.record_batch([arrays[n] for n in schema.names], schema=schema))
            for _ in range(batch.num_rows):
                tick()


def redact_file(
    source: Path,
    columns: Sequence[str],
    output: Path,
    progress: Callable[[int], None] = lambda rows: None,
) -> FileReport:
    """Write `source` with the texts in `columns` redacted to `output`, of the same format.

    The output appears when it is whole. `progress` is called with the rows done so far.

    Raises:
        BadFile: unknown format, missing column, a row that cannot be read.
        FileNotFoundError: there is no `source`.
    """
    formats = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
    ending = source.suffix.lower()
    if ending not in formats:
        raise BadFile(f"{source}: {ending or 'no'} ending; known are {', '.join(FORMATS)}")
    if output.suffix.lower() != ending:
        raise BadFile(f"{output}: the output has the input's format, so it must end in {ending}")
    if output.resolve() == source.resolve():
        raise BadFile(f"{output} is the input; name another file")
    if not source.is_file():
        raise FileNotFoundError(f"{source}: no such file")
    report = FileReport()

    def tick() -> None:
        report.rows += 1
        if report.rows % _EVERY == 0:
            progress(report.rows)

    with _aside(output) as part:
        try:
            formats[ending](source, columns, part, report, tick)
        except UnicodeDecodeError as error:
            raise BadFile(f"{source}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    return report
