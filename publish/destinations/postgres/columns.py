"""How a column of the published files is kept in Postgres: its type, and the value to send.

The driver sends rows in Postgres' binary form, so what is sent has to be of exactly the column's
type. Nothing is rounded: integers that Postgres has no type for become `numeric`.
"""

import re
from dataclasses import dataclass

from publish.marts import Column
from warehouse.sql import identifier

# DuckDB's type: Postgres' type, and the DuckDB type to send it as.
_KINDS = {
    "BOOLEAN": ("boolean", "BOOLEAN"),
    "TINYINT": ("smallint", "SMALLINT"),
    "SMALLINT": ("smallint", "SMALLINT"),
    "INTEGER": ("integer", "INTEGER"),
    "BIGINT": ("bigint", "BIGINT"),
    "UTINYINT": ("smallint", "SMALLINT"),
    "USMALLINT": ("integer", "INTEGER"),
    "UINTEGER": ("bigint", "BIGINT"),
    "UBIGINT": ("numeric", "DECIMAL(38, 0)"),
    "HUGEINT": ("numeric", "DECIMAL(38, 0)"),
    "UHUGEINT": ("numeric", "DECIMAL(38, 0)"),
    "FLOAT": ("real", "FLOAT"),
    "DOUBLE": ("double precision", "DOUBLE"),
    "DATE": ("date", "DATE"),
    "TIME": ("time", "TIME"),
    "TIMESTAMP": ("timestamp", "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": ("timestamp with time zone", "TIMESTAMP WITH TIME ZONE"),
    "INTERVAL": ("interval", "INTERVAL"),
    "BLOB": ("bytea", "BLOB"),
}


@dataclass(frozen=True)
class Stored:
    """A column in Postgres: its `kind`, and the DuckDB expression whose value is sent."""

    name: str
    kind: str
    expression: str


def stored(column: Column) -> Stored:
    """How a column is kept."""
    name = identifier(column.name)
    element = column.kind.removesuffix("[]")
    if column.kind.startswith("DECIMAL("):
        return Stored(column.name, column.kind.replace("DECIMAL", "numeric"), name)
    if element != column.kind and element in _KINDS | {"VARCHAR": ()}:
        kind, sent = _KINDS.get(element, ("text", "VARCHAR"))
        return Stored(column.name, f"{kind}[]", f"{name}::{sent}[]")
    if column.kind in _KINDS:
        kind, sent = _KINDS[column.kind]
        return Stored(column.name, kind, f"{name}::{sent}")
    if re.match(r"(STRUCT|MAP|UNION)\(|.*\]$", column.kind):
        return Stored(column.name, "text", f"to_json({name})::varchar")
    # Postgres keeps no text with a zero byte.
    return Stored(column.name, "text", f"replace({name}::varchar, chr(0), '')")
