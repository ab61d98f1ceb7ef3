"""Rows of quarantine (JSON, as they came) as a table of the types in which they would land now."""

import json
from typing import Any

import pyarrow as pa

from connectors.contract import Resource

_TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
}
_VARIANT = "__v_"
Row = dict[str, Any]


def as_landed(texts: list[str], declared: Resource) -> pa.Table:
    """One row per text, in their order; every declared column, then those the rows have besides."""
    rows = [_today(json.loads(text), declared) for text in texts]
    names = list(dict.fromkeys([*declared.columns, *(name for row in rows for name in row)]))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        kind = _TYPES.get(declared.columns.get(name, ""), _kind_of(values))
        columns[name] = pa.array(_plain(values, kind), kind)
    return pa.table(columns)


def _today(row: Row, declared: Resource) -> Row:
    """A row with each value in the column where it would land by today's declaration.

    What did not fit its column lies in `<column>__v_<type>`: it moves back where it fits now, and
    what fits no longer moves there.
    """
    placed: Row = {}
    for name, value in row.items():
        if value is None:
            continue
        column = name.split(_VARIANT)[0]
        kind = declared.columns.get(column)
        fitted = value if kind is None else _fitted(value, kind)
        if fitted is not None:
            placed[column if kind else name] = fitted
        else:
            placed[f"{column}{_VARIANT}text"] = value if isinstance(value, str) else str(value)
    return placed


def _fitted(value: Any, kind: str) -> Any:
    """A value as its column's type; None where it is none. As dlt does it: a number in text is
    one, anything can be text."""
    if kind in {"text", "json"}:
        return value if isinstance(value, str) else json.dumps(value)
    if kind == "bool":
        return value if isinstance(value, bool) else None
    try:
        number = float(value) if kind == "double" else int(value)
    except (TypeError, ValueError):
        return None
    return number if isinstance(value, str) or number == value else None


def _kind_of(values: list[Any]) -> pa.DataType:
    """The type of an undeclared column: that of its values, text where they differ."""
    kinds = {type(value) for value in values if value is not None}
    one = kinds.pop() if len(kinds) == 1 else str
    return {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}.get(one, pa.string())


def _plain(values: list[Any], kind: pa.DataType) -> list[Any]:
    if kind != pa.string():
        return values
    return [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
