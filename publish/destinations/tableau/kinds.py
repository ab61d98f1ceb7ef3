"""How a column of a mart is kept in a `.hyper` file.

Tableau has no time zones, lists or 128-bit numbers, and knows durations and times of day only as
text. Instants are kept in UTC. A number that would not fit is refused, not rounded.
"""

import re
from dataclasses import dataclass, replace

from publish.labels import WHOLE
from publish.marts import Column
from warehouse.sql import identifier

_PLAIN = {"BOOLEAN", "DOUBLE", "DATE", "TIMESTAMP", "VARCHAR"}
_WIDEST_DECIMAL = 18


@dataclass(frozen=True)
class Kept:
    """A column in the file.

    Attributes:
        column: with the DuckDB type of the value that is kept.
        expression: DuckDB's, of that value.
        datatype: Tableau's name for the type.
        ole_type: its number in a `.tds`.
    """

    column: Column
    expression: str
    datatype: str
    ole_type: int


def kept(column: Column) -> Kept:
    """How a column is kept."""
    name = identifier(column.name)
    kind, expression = column.kind, name
    if kind in WHOLE:
        kind, expression = "BIGINT", f"{name}::bigint"
    elif decimal := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind):
        scale = min(int(decimal[2]), _WIDEST_DECIMAL)
        kind = f"DECIMAL({min(int(decimal[1]), _WIDEST_DECIMAL)},{scale})"
        expression = f"{name}::{kind}"
    elif kind == "FLOAT":
        kind, expression = "DOUBLE", f"{name}::double"
    elif kind == "TIMESTAMP WITH TIME ZONE":
        kind, expression = "TIMESTAMP", f"{name} at time zone 'UTC'"
    elif re.match(r"(STRUCT|MAP|UNION)\(|.*\]$", kind):
        kind, expression = "VARCHAR", f"to_json({name})::varchar"
    elif kind not in _PLAIN:
        kind, expression = "VARCHAR", f"{name}::varchar"
    datatype, ole_type = _SHOWN.get(kind.split("(")[0], ("real", 5))
    return Kept(replace(column, kind=kind), expression, datatype, ole_type)


_SHOWN = {
    "BOOLEAN": ("boolean", 11),
    "BIGINT": ("integer", 20),
    "DOUBLE": ("real", 5),
    "DECIMAL": ("real", 131),
    "DATE": ("date", 133),
    "TIMESTAMP": ("datetime", 135),
    "VARCHAR": ("string", 129),
}
