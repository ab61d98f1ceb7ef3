"""Which table filters which: found by keys, with one way at most from any table to any other.

Two ways would be ambiguous, and Power BI refuses them; the second one found is kept as an inactive
relationship, which a formula can ask for (USERELATIONSHIP).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from publish.destinations.powerbi.model import Relationship


@dataclass(frozen=True)
class Keyed:
    """A table by its columns, and the one column that no two rows share ("" for none)."""

    name: str
    columns: tuple[str, ...]
    key: str = ""

    @property
    def is_dimension(self) -> bool:
        return self.name.startswith("dim_")


def relate(
    tables: tuple[Keyed, ...],
    slicers: dict[str, tuple[str, str]],
    days: dict[str, str],
    dates: tuple[str, str] | None,
) -> tuple[Relationship, ...]:
    """Every relationship, active ones first found first.

    Args:
        tables: the marts.
        slicers: column → table and key of what slices every fact that has such a column.
        days: table → its column of days.
        dates: the date table and its key.
    """
    dimensions = [table for table in tables if table.is_dimension and table.key]
    # Who leads on to others comes first: from a customer one gets to the account, not back.
    dimensions = sorted(dimensions, key=lambda one: -len(_by_key([one], dimensions)))
    facts = [table for table in tables if not table.is_dimension]
    on_dates = [(name, day, *dates) for name, day in sorted(days.items()) if dates]
    # The order decides which of two ways counts: what a fact says of itself goes before what its
    # customer or agent says today.
    ways = [
        *on_dates,
        *_by_key(dimensions, dimensions),
        *_by_slicer(facts, slicers),
        *_by_key(facts, dimensions),
        *_by_slicer(dimensions, slicers),
    ]
    found: list[Relationship] = []
    for way in ways:
        one = Relationship(*way, is_active=True)
        found.append(replace(one, is_active=not is_ambiguous([*found, one])))
    details = [table for table in facts if table.key and table.name.startswith("fct_")]
    found += [Relationship(*w, is_active=False) for w in _by_key(facts, details) if w[0] != w[2]]
    return tuple(found)


def is_ambiguous(relationships: Iterable[Relationship]) -> bool:
    """Whether a table is reached from another one in two ways, by active relationships."""
    ones: dict[str, list[str]] = {}
    for relationship in relationships:
        if relationship.is_active:
            ones.setdefault(relationship.table, []).append(relationship.to_table)
    for table in ones:
        reached = _reached(table, ones)
        if table in reached or len(reached) != len(set(reached)):
            return True
    return False


def filtered_by(table: str, relationships: Iterable[Relationship]) -> set[str]:
    """The tables whose active filters reach the rows of `table`."""
    ones: dict[str, list[str]] = {}
    for relationship in relationships:
        if relationship.is_active:
            ones.setdefault(relationship.table, []).append(relationship.to_table)
    return set(_reached(table, ones))


def _reached(table: str, ones: dict[str, list[str]], path: tuple[str, ...] = ()) -> list[str]:
    """Every table that a way leads to, as often as there are ways; a circle is walked once."""
    reached: list[str] = []
    for one in ones.get(table, ()):
        reached.append(one)
        if one not in path:
            reached += _reached(one, ones, (*path, table))
    return reached


def _by_key(many: list[Keyed], ones: list[Keyed]) -> list[tuple[str, str, str, str]]:
    return [
        (table.name, one.key, one.name, one.key)
        for one in ones
        for table in many
        if one.key in table.columns and not (table.is_dimension and one.key == table.key)
    ]


def _by_slicer(
    tables: list[Keyed], slicers: dict[str, tuple[str, str]]
) -> list[tuple[str, str, str, str]]:
    return [
        (table.name, column, *one)
        for column, one in slicers.items()
        for table in tables
        if column in table.columns
    ]
