"""Read a table that is to be tagged, in bounded memory: CSV, JSON lines (`.gz` too), Parquet.

A source is read three times, always in the same order: `check` finds what cannot be read before
hours of tagging begin, `texts` hands on the column to tag, `batches` all columns for the output.
"""

import difflib
import gzip
import re
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import pyarrow as pa

KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
ENDINGS = ".csv, .jsonl, .ndjson (each with .gz, too) and .parquet"

GROUP_ROWS = 512
GROUP_WEIGHT = 8_000_000
"""Rows and characters held at a time; what comes first ends a group."""

_NOT_UTF8 = re.compile("[\udc80-\udcff]")

Tick = Callable[[int], None]
Item = TypeVar("Item")


class BadFile(ValueError):
    """A file cannot be tagged or written; the text says where it is wrong and what to do."""


@dataclass(frozen=True)
class Form:
    """What a file's ending says: `csv`, `jsonl` or `parquet`, and whether it is gzipped."""

    kind: str
    gzipped: bool


def form_of(path: Path) -> Form:
    """Tell the form of a file by its ending.

    Raises:
        BadFile: the ending is unknown.
    """
    name = path.name.lower()
    gzipped = name.endswith(".gz")
    kind = KINDS.get(Path(name.removesuffix(".gz")).suffix)
    if kind is None or (gzipped and kind == "parquet"):
        ending = "".join(path.suffixes[-2:] if gzipped else path.suffixes[-1:])
        raise BadFile(f"{path}: {ending or 'no'} ending; known are {ENDINGS}; rename or convert it")
    return Form(kind, gzipped)


def grouped(items: Iterable[Item], weigh: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Lists of up to GROUP_ROWS items or GROUP_WEIGHT characters; the same items, the same lists"""
    group: list[Item] = []
    weight = 0
    for item in items:
        group.append(item)
        weight += weigh(item)
        if len(group) == GROUP_ROWS or weight >= GROUP_WEIGHT:
            yield group
            group, weight = [], 0
    if group:
        yield group


class Source(ABC):
    """A table in a file; `names` and `schema` are known after `check`."""

    def __init__(self, path: Path, column: str) -> None:
        self.path, self.column = path, column
        self.names: list[str] = []
        self.schema: pa.Schema = pa.schema([])

    @abstractmethod
    def check(self, tick: Tick) -> int:
        """Read everything once, telling `tick` the rows so far; the number of rows.

        Raises:
            BadFile: no such column, a row that cannot be read.
        """

    @abstractmethod
    def texts(self) -> Iterator[str]:
        """The column to tag; an absent text is an empty one."""

    @abstractmethod
    def batches(self) -> Iterator[pa.RecordBatch]:
        """All columns, as `schema` has them."""

    def refuse(self, line: int, why: str) -> NoReturn:
        raise BadFile(f"{self.path} line {line}: {why}")

    def need_column(self) -> None:
        """The column is there, and there once."""
        found = Counter(self.names)[self.column]
        if found == 1:
            return
        if found:
            raise BadFile(f"{self.path}: {found} columns are called {self.column!r}; rename one")
        folded = {name.strip().casefold(): name for name in reversed(self.names)}
        near = difflib.get_close_matches(self.column.strip().casefold(), folded, 1, 0.6)
        hint = f"; did you mean {folded[near[0]]!r}?" if near else ""
        raise BadFile(
            f"{self.path}: no column {self.column!r}; it has {', '.join(self.names) or 'none'}"
            f"{hint or '; name one of them with --text-column'}"
        )

    def need_single_names(self) -> None:
        """No column's name is there twice: JSON and Parquet could not keep both."""
        twice = [name for name, count in Counter(self.names).items() if count > 1]
        if twice:
            raise BadFile(f"{self.path}: column {twice[0]!r} is there twice; rename one")


class TextSource(Source):
    """A file of lines in UTF-8."""

    newline = "\n"

    def lines(self) -> Iterator[str]:
        opened = gzip.open if self.path.name.lower().endswith(".gz") else open
        number = 0
        try:
            with opened(
                self.path,
                "rt",
                encoding="utf-8-sig",
                errors="surrogateescape",
                newline=self.newline,
            ) as lines:
                for number, line in enumerate(lines, 1):
                    if not line.isascii() and _NOT_UTF8.search(line):
                        self.refuse(
                            number,
                            "not UTF-8; save it as UTF-8 "
                            "(from Excel's or Windows' code page: iconv -f WINDOWS-1252 -t UTF-8)",
                        )
                    yield line
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.refuse(number + 1, "the gzip data is damaged or breaks off; fetch it again")
