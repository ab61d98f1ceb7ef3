"""Read CSV that is to be tagged: every value is a text, kept as it is."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from ml.tagger.files.reading import GROUP_ROWS, BadFile, TextSource, Tick, grouped

_FIELD_LIMIT = 2**28  # characters of one field; more is a quote that was never closed


class CsvSource(TextSource):
    """A header, and comma, semicolon, tab or bar between the fields."""

    newline = ""

    def __init__(self, path: Path, column: str) -> None:
        super().__init__(path, column)
        self.delimiter = ","

    def _rows(self) -> Iterator[list[str]]:
        """Rows after the header; a blank line is no row."""
        csv.field_size_limit(_FIELD_LIMIT)
        lines = self.lines()
        first = next(lines, "")
        bare = re.sub(r'"[^"]*"', "", first)
        self.delimiter = max(",;\t|", key=bare.count)
        rows = csv.reader(_after(first, lines), delimiter=self.delimiter, strict=True)
        width, start = 0, 1
        try:
            for row in rows:
                if row and not width:
                    self.names, width = row, len(row)
                elif row:
                    if len(row) != width:
                        self.refuse(
                            start,
                            f"{len(row)} fields where the header has {width}; put quotes around "
                            "fields that hold the delimiter or a line break",
                        )
                    yield row
                start = rows.line_num + 1
        except csv.Error as error:
            self.refuse(start, f"{error}; look for a quote that is not closed or not doubled")
        if not width:
            raise BadFile(
                f"{self.path}: it is empty; a first line with the columns' names is needed"
            )

    def check(self, tick: Tick) -> int:
        count = -1
        for count, _ in enumerate(self._rows()):
            if count == 0:
                self.need_column()
            if count % GROUP_ROWS == 0:
                tick(count)
        self.need_column()
        self.schema = pa.schema([(name, pa.string()) for name in self.names])
        return count + 1

    def texts(self) -> Iterator[str]:
        place = self.names.index(self.column)
        return (row[place] for row in self._rows())

    def batches(self) -> Iterator[pa.RecordBatch]:
        for group in grouped(self._rows(), lambda row: sum(map(len, row))):
            arrays = [pa.array(values, pa.string()) for values in zip(*group, strict=True)]
            yield pa.record_batch(arrays, schema=self.schema)


def _after(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines
