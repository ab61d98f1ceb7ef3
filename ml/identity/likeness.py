"""The pieces that fields are made of: levels of likeness, what they count for, and their
conditions in SQL."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One grade of likeness.

    Attributes:
        term: the column whose frequency sharpens `u` (rare values tell more).
        most: bits it counts at most against any alternative but strangers.
    """

    condition: str
    label: str
    m: float
    u: float
    term: str | None = None
    most: float | None = None


@dataclass(frozen=True)
class Field:
    """One comparison; the last level is "different".

    Attributes:
        missing: SQL condition under which the field says nothing.
        needs: prepared columns, any of which must be filled somewhere for the field to exist.
        limits: per alternative (`ALTERNATIVES`), least and most bits that likeness here counts
        against it;
            not named: all of it counts.
        unless_named: most bits against any alternative but strangers when the given names differ:
        a mailbox under
            two given names is a family's.
    """

    name: str
    missing: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    limits: dict[str, tuple[float, float]]
    unless_named: float | None = None


def any_to(most: float) -> tuple[float, float]:
    """No lower limit, an upper one."""
    return (-1000.0, most)


NOTHING = (0.0, 0.0)
SHARED_HOME = {"household": NOTHING, "office": NOTHING}

ALTERNATIVES = {"household": 2.6, "office": 3.0, "namesake": 2.6}
"""Who two alike records may be when they are not one person (beside two strangers): members of one
household (surname,
address and phone are shared by nature), of one office (address, company, switchboard), or
namesakes (the name is shared,
and an e-mail address made of it). The number: how many bits rarer such pairs are than pairs of one
person."""


def null(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def same(column: str) -> str:
    return f"{column}_l = {column}_r"


def near(column: str, likeness: float, edits: int, least: int = 4) -> str:
    """Alike by Jaro-Winkler, or a few edits apart in a word long enough to bear them.

    Edits are only counted where Jaro-Winkler is not far off: counting is ten times as dear.
    """
    pair = f"{column}_l, {column}_r"
    return (
        f"(jaro_winkler_similarity({pair}) >= {likeness} or (jaro_winkler_similarity({pair}) >= "
        f"0.7 and "
        f"least(length({column}_l), length({column}_r)) >= {least} and damerau_levenshtein({pair}) "
        f"<= {edits}))"
    )


def digits(column: str, edits: int) -> str:
    """At most so many digits differ; two neighbours exchanged count as one."""
    pair = f"{column}_l, {column}_r"
    return (
        f"(case when length({column}_l) = length({column}_r) then hamming({pair}) <= {edits + 1} "
        f"and "
        f"damerau_levenshtein({pair}) <= {edits} else abs(length({column}_l) - length({column}_r)) "
        f"<= {edits} and "
        f"damerau_levenshtein({pair}) <= {edits} end)"
    )
