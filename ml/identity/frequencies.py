"""How common values are among other persons, and which e-mail addresses and phones are nobody's own."""

import duckdb

from ml.identity.fields import TERMS, Field
from ml.identity.functions import scalar
from ml.identity.model import Term

LISTED = 20_000
"""Values per column that carry a frequency of their own; the others share an average."""
BELIEF = 200
"""How many records the generic frequency of a column weighs: what keeps a table of five rows sane."""


def terms(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    fields: tuple[Field, ...],
    matches_per_record: float,
) -> dict[str, Term]:
    """Per column, the share of records of *other persons* that hold a value.

    Of a value's `count` holders one is the record itself and `matches_per_record` are its own duplicates; half a
    record is added so that no value is impossibly rare.
    """
    records = int(scalar(connection, f"select count(*) from {prepared}"))
    found = {}
    for field in fields:
        for level in field.levels:
            if level.term is None:
                continue
            expression = TERMS[level.term]
            counts = connection.execute(
                f"select ({expression}) as value, count(*) as held from {prepared} where value is not null "
                "group by value order by held desc, value"
            ).fetchnumpy()
            generic = level.u * BELIEF + 0.5
            others = counts["held"] - 1.0 - matches_per_record
            share = (others.clip(min=0) + generic) / (records + BELIEF)
            held = counts["held"]
            tail = held[LISTED:]
            rest = float((share[LISTED:] * tail).sum() / tail.sum()) if len(tail) else None
            if rest is None:
                rest = generic / (records + BELIEF)
            listed = share[:LISTED] > rest * 1.001
            values = {
                str(value): round(float(tf), 12)
                for value, tf in zip(
                    counts["value"][:LISTED][listed], share[:LISTED][listed], strict=True
                )
            }
            found[level.term] = Term(rest=round(rest, 12), values=values)
    return found


def shared_values(
    connection: duckdb.DuckDBPyConnection, prepared: str, names_per_value: int
) -> dict[str, list[str]]:
    """E-mail addresses and phones held under `names_per_value` or more given names (by initial: typing
    errors must not look like a crowd)."""
    found = {}
    for plural in ("emails", "phones"):
        rows = connection.execute(
            f"select value from (select unnest({plural}) as value, left(given, 1) as initial from {prepared}) "
            f"group by value having count(distinct initial) >= {names_per_value} order by value"
        ).fetchall()
        found[plural] = [str(row[0]) for row in rows]
    return found
