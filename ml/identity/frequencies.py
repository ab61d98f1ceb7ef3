"""How common values are among other persons, and which e-mail addresses and phones are nobody's
own."""

import duckdb
import numpy as np

from ml.identity.fields import TERMS
from ml.identity.functions import scalar
from ml.identity.likeness import Field
from ml.identity.model import Term

LISTED = 20_000
"""Values per column that carry a frequency of their own; the others share an average."""
BELIEF = 200
"""How many records the generic frequency of a column weighs: what keeps a table of five rows
sane."""


def terms(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    fields: tuple[Field, ...],
    matches_per_record: float,
) -> dict[str, Term]:
    """Per column, the share of records of *other persons* that hold a value.

    Of a value's `count` holders one is the record itself and `matches_per_record` are its own
    duplicates; half a
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
                f"select ({expression}) as value, count(*) as held from {prepared} where value is "
                f"not null "
                "group by value order by held desc, value"
            ).fetchnumpy()
            generic = level.u * BELIEF + 0.5
            held = np.asarray(counts["held"], dtype=np.float64)
            others = held - 1.0 - matches_per_record
            share = (others.clip(min=0) + generic) / (records + BELIEF)
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


def crowds(
    connection: duckdb.DuckDBPyConnection, prepared: str, names_per_value: int
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(shared, family): e-mail addresses and phones by under how many given names they are held.

    Names count by the two initials in either order, short forms by that of a full name, and only
    where both names are
    known: typing errors, "Surname Given" and a missing name must not look like a crowd.
    Shared: `names_per_value` or more; family: two or more.
    """
    one, other = "left(given_roots[1], 1)", "left(surname, 1)"
    initials = f"least({one}, {other}) || greatest({one}, {other})"
    known = "given is not null and surname is not null"
    shared, family = {}, {}
    for plural in ("emails", "phones"):
        rows = connection.execute(
            f"select value, count(distinct initial) as names from "
            f"(select unnest({plural}) as value, case when {known} then {initials} end as initial "
            f"from {prepared}) "
            "group by value having count(distinct initial) >= 2 order by value"
        ).fetchall()
        shared[plural] = [str(value) for value, names in rows if names >= names_per_value]
        family[plural] = [str(value) for value, names in rows if names < names_per_value]
    return shared, family
