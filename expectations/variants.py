"""Rows whose value has another type than declared.

dlt does not fail on them: it puts the value into a column of its own, `<column>__v_<type>`. Loaded
like that, the declared column would silently be null; so such a row is set aside, for any source.
"""

import re

import pyarrow as pa

from expectations.reasons import show

_VARIANT = re.compile(
    r"(?P<column>.+)__v_(?P<type>text|double|bool|timestamp|bigint|binary|json|decimal|wei|date|time)"
)


def variant_columns(schema: pa.Schema) -> dict[str, tuple[str, str]]:
    """Variant column → (declared column, type the value had)."""
    found: dict[str, tuple[str, str]] = {}
    for name in schema.names:
        match = _VARIANT.fullmatch(name)
        if match and match["column"] in schema.names:
            found[name] = (match["column"], match["type"])
    return found


def variant_reasons(table: pa.Table, schema: pa.Schema) -> dict[int, list[str]]:
    """Reasons per row position, for rows with a value in a variant column."""
    reasons: dict[int, list[str]] = {}
    for name, (column, kind) in variant_columns(schema).items():
        values = table.column(name)
        if values.null_count == len(values):
            continue
        declared = schema.field(column).type
        for row, value in enumerate(values.to_pylist()):
            if value is not None:
                reasons.setdefault(row, []).append(
                    f"{column}: {show(value)} is {kind} where {declared} is declared; "
                    "correct the value at the source, or declare the column as text"
                )
    return reasons
