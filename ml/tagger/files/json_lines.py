"""Read JSON lines that are to be tagged: one object a line, each with keys and types of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ml.tagger.files.reading import GROUP_ROWS, BadFile, TextSource, Tick, grouped

Rows = list[dict[str, Any]]


class JsonSource(TextSource):
    """One object a line. Columns are all keys, in the order they first come up.

    Args:
        typed: find Arrow types for `schema`; otherwise all of it is text, as CSV needs it.
    """

    def __init__(self, path: Path, column: str, *, typed: bool) -> None:
        super().__init__(path, column)
        self.typed = typed

    def objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each line as it stands, and what it says; a blank line is no row."""
        for number, raw in enumerate(self.lines(), 1):
            line = raw.strip()
            if not line:
                continue
            try:
                said = json.loads(line)
                if "\\ud" in line or "\\uD" in line:  # half a character cannot be written as UTF-8
                    clean = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
                    said = json.loads(clean)
            except (ValueError, RecursionError):
                self.refuse(number, "not JSON; write one object a line")
            if not isinstance(said, dict):
                self.refuse(
                    number, "not an object; write one a line (jq -c '.[]' takes a list apart)"
                )
            if isinstance(said.get(self.column), dict | list):
                kind = type(said[self.column]).__name__
                self.refuse(number, f"{self.column} is a {kind}, not a text; flatten it first")
            yield line, said

    def _groups(self) -> Iterator[Rows]:
        for group in grouped(self.objects(), lambda pair: len(pair[0])):
            yield [said for _, said in group]

    def line_groups(self) -> Iterator[list[str]]:
        """The lines as they stand."""
        for group in grouped(self.objects(), lambda pair: len(pair[0])):
            yield [line for line, _ in group]

    def check(self, tick: Tick) -> int:
        names: dict[str, None] = {}
        count = 0
        for _, said in self.objects():
            names |= dict.fromkeys(said)
            count += 1
            if count % GROUP_ROWS == 0:
                tick(count)
        self.names = list(names)
        if not count:
            raise BadFile(f"{self.path}: it is empty; one object a line is needed")
        self.need_column()
        return count

    def texts(self) -> Iterator[str]:
        return (text_of(said.get(self.column)) or "" for _, said in self.objects())

    def batches(self) -> Iterator[pa.RecordBatch]:
        for group in self._groups():
            arrays = [_array([row.get(f.name) for row in group], f.type) for f in self.schema]
            yield pa.record_batch(arrays, schema=self.schema)

    def find_types(self) -> None:
        """Set `schema`: Arrow's types where all values of a column share one, else text."""
        kinds = dict.fromkeys(self.names, pa.null() if self.typed else pa.string())
        for may_widen in (True, False) if self.typed else ():
            # The second time nothing widens: it proves that the first values fit what came of it.
            for group in self._groups():
                for name, kind in kinds.items():
                    if not pa.types.is_string(kind):
                        values = [row.get(name) for row in group]
                        kinds[name] = _shared(values, kind, may_widen=may_widen)
        self.schema = pa.schema(list(kinds.items()))


def text_of(value: Any) -> str | None:
    """A value as a text: texts as they are, everything else as JSON writes it."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        values = [text_of(value) for value in values]
    return pa.array(values, kind)


def _shared(values: list[Any], kind: pa.DataType, *, may_widen: bool) -> pa.DataType:
    """The type that holds the values and those before them; text when there is none."""
    try:
        if not may_widen:
            pa.array(values, kind)
            return kind
        both = [pa.schema([("", kind)]), pa.schema([("", pa.array(values).type)])]
        wide = pa.unify_schemas(both, promote_options="permissive").field(0).type
    except (pa.ArrowException, OverflowError):
        return pa.string()
    return pa.string() if _has_empty_struct(wide) else wide


def _has_empty_struct(kind: pa.DataType) -> bool:
    """Parquet has no struct without fields, which is what `{}` would be."""
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_has_empty_struct(field.type) for field in kind)
    return pa.types.is_list(kind) and _has_empty_struct(kind.value_type)
