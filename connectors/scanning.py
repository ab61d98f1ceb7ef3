"""Find the rows of a relation that hold identifiers of erased people, in SQL.

Each distinct value is digested once in Python; only rows that matched are looked at one by one.
Relations are SQL that gives some columns and `nth`, the number of the row.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from connectors.ledger import Key, Ledger
from connectors.mentions import kinds_of, shapes_in_sql
from warehouse.sql import identifier

Probe = tuple[str, str, str]
"""(kind, list expression, expression of the system the ids belong to)."""

Seen = tuple[set[int], set[Key]]
"""Numbers of rows, and the identifiers that they hold."""


def scan_ties(
    connection: duckdb.DuckDBPyConnection, relation: str, probes: Iterable[Probe], erased: Ledger
) -> Seen:
    """Rows in which one of these places names an erased person."""
    rows: set[int] = set()
    hits: set[Key] = set()
    for kind, values, system in probes:
        flat = f"select nth, unnest({values}) as value, {system} as system from ({relation})"
        here = {
            (kind, scope or "", value)
            for value, scope in _distinct(connection, flat)
            if erased.has(kind, value, scope or "")
        }
        if here:
            rows |= _holding(connection, flat, here)
            hits |= here
    return rows, hits


def scan_texts(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: dict[str, str],
    erased: Ledger,
) -> Seen:
    """Rows whose texts or whole numbers mention an erased person."""
    rows: set[int] = set()
    hits: set[Key] = set()
    texts = [name for name, kind in columns.items() if kind in {"VARCHAR", "JSON", "BIGINT"}]
    if not texts:
        return rows, hits
    # Lines cannot run into each other: no shape reaches over a line's end.
    together = f"concat_ws(chr(10), {', '.join(map(identifier, texts))})"
    shapes = ", ".join(shapes_in_sql(together))
    flat = f"select nth, unnest(list_concat({shapes})) as value, '' as system from ({relation})"
    for value, _ in _distinct(connection, flat):
        for kind in kinds_of(value):
            if erased.has(kind, value):
                hits.add((kind, "", value))
    if hits:
        rows |= _holding(connection, flat, hits)
    return rows, hits


def _distinct(connection: duckdb.DuckDBPyConnection, flat: str) -> list[tuple[str, str | None]]:
    return connection.execute(
        f"select distinct value, system from ({flat}) where value is not null"
    ).fetchall()


def _holding(connection: duckdb.DuckDBPyConnection, flat: str, hits: set[Key]) -> set[int]:
    listed = pa.table({"value": [h[2] for h in hits], "system": [h[1] for h in hits]})
    connection.register("erased_values", listed)
    found = connection.execute(
        f"select distinct held.nth from ({flat}) as held inner join erased_values as theirs "
        "on held.value = theirs.value and coalesce(held.system, '') = theirs.system"
    ).fetchall()
    connection.unregister("erased_values")
    return {int(nth) for (nth,) in found}
