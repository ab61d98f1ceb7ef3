"""Read Parquet that is to be tagged, with the types it declares."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from ml.tagger.files.reading import GROUP_ROWS, GROUP_WEIGHT, BadFile, Source, Tick


class ParquetSource(Source):
    """Parquet; the text column must be a string, or one in a dictionary."""

    def _batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        row = 0
        try:
            with pq.ParquetFile(self.path, buffer_size=1 << 20) as file:
                self.schema = file.schema_arrow
                groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
                heaviest = max((g.total_byte_size // max(g.num_rows, 1) for g in groups), default=0)
                rows = max(1, min(GROUP_ROWS, 4 * GROUP_WEIGHT // max(heaviest, 1)))
                for batch in file.iter_batches(rows, columns=columns):
                    yield batch
                    row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, FileNotFoundError | PermissionError):
                raise
            why = str(error).splitlines()[0]
            raise BadFile(
                f"{self.path}: not a Parquet file, or damaged after row {row}; "
                f"write it again ({why})"
            ) from None

    def check(self, tick: Tick) -> int:
        count = 0
        for batch in self._checked():
            count += batch.num_rows
            tick(count)
        return count

    def _checked(self) -> Iterator[pa.RecordBatch]:
        row = 0
        batches = self._batches()
        first = next(batches, None)
        self.names = list(self.schema.names)
        self.need_column()
        self.need_single_names()
        kind = self.schema.field(self.column).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not (_is_text(kind) or pa.types.is_null(kind)):
            raise BadFile(f"{self.path}: column {self.column!r} is {kind}, not text; cast it first")
        while first is not None:
            for part in _invalid(first):
                raise BadFile(
                    f"{self.path} row {row + part + 1}: a text that is not UTF-8; "
                    "write such a column as binary, or mend it"
                )
            yield first
            row += first.num_rows
            first = next(batches, None)

    def texts(self) -> Iterator[str]:
        for batch in self._batches([self.column]):
            column = batch.column(0)
            if pa.types.is_dictionary(column.type):
                column = column.dictionary_decode()
            yield from (text or "" for text in column.to_pylist())

    def batches(self) -> Iterator[pa.RecordBatch]:
        return self._batches()


def _is_text(kind: pa.DataType) -> bool:
    return any(
        known(kind)
        for known in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _invalid(batch: pa.RecordBatch) -> Iterator[int]:
    """Rows whose values break their type's rules: text that is not UTF-8, above all."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        for row in range(batch.num_rows):
            try:
                # A copy: a slice would be validated with its neighbours' values.
                batch.take(pa.array([row])).validate(full=True)
            except pa.ArrowInvalid:
                yield row
