"""What must not be one person: contradictions between two records, and what people decided."""

import math
from collections.abc import Iterable

from ml.identity.decision import Decision
from ml.identity.model import Model, column

Pair = tuple[str, str]

_CONTRADICTIONS = {
    "birth date": 0,
    "national id": 0,
}
"""Field → Splink's number of the level at which two records contradict each other: two birth dates
that are
no typing error of one another, two national ids."""


RARE = -4.0
"""Bits: a contradiction is one only where the model finds it rare within one person. In a table
where a quarter of all
birth dates are wrong, two birth dates are weak evidence and stay in the weight, where they
belong."""


def contradicts_sql(model: Model) -> str:
    """SQL over a scored pair: do its records contradict each other, all in all?

    A pair that is more likely one person than two in spite of a contradiction has so much else in
    common that the
    contradiction is an error in the data; its cost is in the weight already.
    """
    parts = []
    for field in model.fields:
        if field.name in _CONTRADICTIONS:
            number = _CONTRADICTIONS[field.name]
            m, u = model.levels[field.name][len(field.levels) - 1 - number]
            if math.log2(m / u) <= RARE:
                parts.append(f"gamma_{column(field)} = {number}")
    return f"(({' or '.join(parts)}) and match_weight < 0)" if parts else "false"


def barred_sql(model: Model) -> str:
    """SQL over a scored pair: two values of an identifier of which a person has one? Nothing
    outweighs that."""
    return "gamma_identifier = 0" if "identifier" in model.levels else "false"


def compared_sql(model: Model) -> str:
    """SQL over a scored pair: is there any field that both records fill?"""
    return "(" + " or ".join(f"gamma_{column(field)} <> -1" for field in model.fields) + ")"


def resolve(decisions: Iterable[Decision]) -> tuple[list[Pair], set[Pair]]:
    """(must-link pairs, never pairs) without conflict; each pair smaller id first.

    "Never" wins: over "link" of the same pair, and over a chain of links that would join the two;
    of such a
    chain the link with the largest ids is left out. A record is never apart from itself.
    """
    never: set[Pair] = set()
    link: set[Pair] = set()
    for decision in decisions:
        pair = (min(decision.left, decision.right), max(decision.left, decision.right))
        if pair[0] != pair[1]:
            (link if decision.link else never).add(pair)
    group: dict[str, set[str]] = {}
    kept = []
    for left, right in sorted(link - never):
        one, other = group.get(left, {left}), group.get(right, {right})
        if one is other:
            kept.append((left, right))
            continue
        if any((min(a, b), max(a, b)) in never for a in one for b in other):
            continue
        kept.append((left, right))
        joined = one | other
        for member in joined:
            group[member] = joined
    return kept, never
