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


MANY = 30
"""Spellings of a given name beyond which a value is a crowd's, whatever the initials."""
_UNLIKE = (
    "not list_has_any(l.given_roots, r.given_roots) and damerau_levenshtein(l.given, r.given) > 1 "
    "and not (least(length(l.given), length(r.given)) = 1 and left(l.given, 1) = left(r.given, 1)) "
    "and l.given <> coalesce(r.surname, '') and r.given <> coalesce(l.surname, '')"
)
"""Two given names that are not one in two spellings: no nickname, slip, initial, swapped name."""


def crowds(
    connection: duckdb.DuckDBPyConnection, prepared: str, names_per_value: int
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(shared, family): e-mail addresses and phones by under how many given names they are held.

    Shared: `names_per_value` or more, counted by the two initials of the full name in either
    order, so that neither slips nor "Surname Given" look like a crowd. Family: two given names
    that are not one in two spellings.
    """
    one, other = "left(given_roots[1], 1)", "left(surname, 1)"
    shared, family = {}, {}
    for plural in ("emails", "phones"):
        connection.execute(
            f"""
            create or replace temp table holders as
            with held as (
                select distinct unnest({plural}) as value, given, given_roots, surname
                from {prepared} where {plural} is not null and given is not null
            ), counted as (
                select *, count(distinct given) over (partition by value) as spellings,
                    count(distinct case when surname is not null
                        then least({one}, {other}) || greatest({one}, {other}) end)
                        over (partition by value) as names
                from held
            )
            select *, names >= {names_per_value} or spellings > {MANY} as crowd
            from counted where spellings >= 2
            """
        )
        shared[plural] = _values(connection, "select distinct value from holders where crowd")
        family[plural] = _values(
            connection,
            "select distinct l.value from holders as l join holders as r "
            f"on l.value = r.value and l.given < r.given where not l.crowd and {_UNLIKE}",
        )
        connection.execute("drop table holders")
    return shared, family


def _values(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return sorted(str(row[0]) for row in connection.execute(query).fetchall())
