"""Files to tables of text, piece by piece: CSV, JSON lines and Parquet look alike afterwards.

A piece has the file's own columns (names lower-cased) as text, and three of ours: `drop_row` (the
record's number in the file, from 1; header and blank lines do not count), `drop_refusal` (why the
record could not be read, else null), `drop_line` (the text of such a record). Nothing is skipped.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

# A record must fit into one block.
_BLOCK_BYTES = 16 << 20
_ROWS_AT_ONCE = 100_000
_DELIMITERS = (",", ";", "\t", "|")
OURS = ("drop_row", "drop_refusal", "drop_line")


Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


class Unreadable(ValueError):
    """The file (from here on) cannot be read: what is wrong; what to do."""


def read(path: Path, file_format: str, known: set[str]) -> Iterator[pa.Table]:
    """Pieces of a file, in file order.

    Args:
        known: column names of the entity; they tell which delimiter a CSV file uses.

    Raises:
        Unreadable: at the point where reading fails.
    """
    reader = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[file_format]
    try:
        yield from reader(path, known)
    except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
        raise Unreadable(_explain(error)) from error


def _explain(error: Exception) -> str:
    said = " ".join(str(error).split())
    if "UTF8" in said or isinstance(error, UnicodeError):
        return "is not UTF-8 text; save it as UTF-8"
    if "Empty CSV" in said:
        return "is empty; write the header line at least"
    if "straddl" in said:
        return f"has a record over {_BLOCK_BYTES >> 20} MiB; check for a quote that never closes"
    return f"cannot be read ({said[:160]}); write it again"


def _encoding(path: Path) -> str:
    with pa.input_stream(str(path), compression="detect") as stream:
        start = stream.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf8"


class _Rejects:
    """Records that Arrow's CSV parser hands back, and how they shift the numbers of the others."""

    def __init__(self, header_records: int) -> None:
        self._header = header_records
        self._found: list[pc.InvalidRow] = []
        self._told = 0

    def __call__(self, row: pc.InvalidRow) -> str:
        self._found.append(row)
        return "skip"

    def numbers(
        self, accepted_before: int, count: int
    ) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """File numbers of the next `count` accepted records."""
        nth = np.arange(accepted_before + 1, accepted_before + count + 1)
        rejected = np.array([r.number - self._header for r in self._found], dtype=np.int64)
        gaps = rejected - np.arange(len(rejected))
        return nth + np.searchsorted(gaps, nth, side="right")

    def piece(self) -> Iterator[pa.Table]:
        """The rejected records not handed on yet, as a piece of their own."""
        news, self._told = self._found[self._told :], len(self._found)
        if news:
            yield pa.table(
                {
                    "drop_row": pa.array([r.number - self._header for r in news], pa.int64()),
                    "drop_refusal": pa.array(
                        [
                            f"has {r.actual_columns} values where the header has "
                            f"{r.expected_columns}; quote values that hold the delimiter"
                            for r in news
                        ],
                        pa.string(),
                    ),
                    "drop_line": pa.array([r.text for r in news], pa.string()),
                }
            )


def _stream(
    path: Path,
    delimiter: str,
    quote: str | bool,
    rejects: _Rejects,
    names: list[str],
    **options: object,
) -> pc.CSVStreamingReader:
    return pc.open_csv(
        pa.input_stream(str(path), compression="detect"),
        # One thread: only then are the rejected records numbered.
        read_options=pc.ReadOptions(
            use_threads=False, block_size=_BLOCK_BYTES, encoding=_encoding(path), **options
        ),
        parse_options=pc.ParseOptions(
            delimiter=delimiter,
            quote_char=quote,
            newlines_in_values=quote is not False,
            invalid_row_handler=rejects,
        ),
        convert_options=pc.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _numbered(
    stream: pc.CSVStreamingReader, names: list[str], rejects: _Rejects
) -> Iterator[pa.Table]:
    accepted = 0
    for batch in stream:
        piece = pa.Table.from_batches([batch]).rename_columns(names)
        numbers = rejects.numbers(accepted, batch.num_rows)
        accepted += batch.num_rows
        yield piece.append_column("drop_row", pa.array(numbers, pa.int64()))
        yield from rejects.piece()
    yield from rejects.piece()


def _csv(path: Path, known: set[str]) -> Iterator[pa.Table]:
    delimiter = _delimiter(path, known)
    raw = _stream(path, delimiter, '"', _Rejects(1), []).schema.names
    names = _names([name.strip() or f"column_{n}" for n, name in enumerate(raw, 1)])
    rejects = _Rejects(1)
    yield _header(names)
    yield from _numbered(_stream(path, delimiter, '"', rejects, raw), names, rejects)


def _names(written: list[str]) -> list[str]:
    """Column names as we compare them; none may mean two columns."""
    names = [name.strip().lower() for name in written]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unreadable(f"has the column {', '.join(twice)} twice; keep one")
    return names


def _header(names: list[str]) -> pa.Table:
    """A piece without rows: what columns there are, even when no row follows."""
    return pa.table({name: pa.array([], pa.string()) for name in names})


def _delimiter(path: Path, known: set[str]) -> str:
    """The delimiter under which the header holds the most of our columns."""
    with pa.input_stream(str(path), compression="detect") as stream:
        start = stream.read(1 << 16).decode(_encoding(path), errors="replace")
    lines = start.lstrip("\ufeff").lstrip().splitlines()[:1]

    def fits(delimiter: str) -> int:
        cells = next(csv.reader(lines, delimiter=delimiter), [])
        return len(known & {cell.strip().lower() for cell in cells})

    return max(_DELIMITERS, key=fits)


def _jsonl(path: Path, known: set[str]) -> Iterator[pa.Table]:
    """One text column `json_line`; no JSON holds a bare 0x01, so every line is one value."""
    rejects = _Rejects(0)
    names = ["json_line"]
    try:
        stream = _stream(path, "\x01", False, rejects, names, column_names=names)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise
    yield from _numbered(stream, names, rejects)


def _parquet(path: Path, known: set[str]) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        names = _names(file.schema_arrow.names)
        yield _header(names)
        start = 1
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            numbers = pa.array(np.arange(start, start + batch.num_rows), pa.int64())
            start += batch.num_rows
            piece = pa.Table.from_batches([batch]).rename_columns(names)
            yield piece.append_column("drop_row", numbers)
