"""Find the rows of a relation that hold identifiers of erased people, in SQL.

Each distinct value is digested once in Python; only rows that matched are looked at one by one.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from connectors.ledger import Key, Ledger
from connectors.mentions import can_be_mentioned, shapes_in_sql
from warehouse.sql import identifier

Probe = tuple[str, str, str]
"""(kind, list expression, expression of the system the ids belong to)."""


def scan(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: dict[str, str],
    probes: Iterable[Probe],
    erased: Ledger,
) -> tuple[list[int], set[Key]]:
    """Numbers (`nth`) of the rows that hold identifiers of erased people, and these identifiers.

    Args:
        relation: SQL that gives the columns and `nth`.
        probes: where identifiers stand; texts are searched for mentions besides.
    """
    connection.execute("create or replace temp table erased_rows (nth bigint)")
    hits: set[Key] = set()
    texts = [name for name, kind in columns.items() if kind in {"VARCHAR", "JSON"}]
    shaped = [(k, e, "''") for c in texts for k, e in shapes_in_sql(identifier(c)).items()]
    numbers = [name for name, kind in columns.items() if kind in {"BIGINT", "HUGEINT"}]
    shaped += [("mention", f"[cast({identifier(c)} as varchar)]", "''") for c in numbers]
    for kind, values, system in (*probes, *shaped):
        flat = (
            f"select distinct nth, unnest({values}) as value, {system} as system from ({relation})"
        )
        held = connection.execute(
            f"select distinct value, system from ({flat}) where value is not null"
        ).fetchall()
        theirs = [
            (value, scope or "")
            for value, scope in held
            if not (kind == "mention" and not can_be_mentioned(value))
            and erased.has(kind, value, scope or "")
        ]
        if not theirs:
            continue
        hits |= {(kind, scope, value) for value, scope in theirs}
        listed = pa.table({"value": [v for v, _ in theirs], "system": [s for _, s in theirs]})
        connection.register("erased_values", listed)
        connection.execute(
            f"insert into erased_rows select distinct nth from ({flat}) as held "
            "where (value, coalesce(system, '')) in (select (value, system) from erased_values)"
        )
        connection.unregister("erased_values")
    rows = connection.execute("select distinct nth from erased_rows order by nth").fetchall()
    connection.execute("drop table erased_rows")
    return [int(nth) for (nth,) in rows], hits
