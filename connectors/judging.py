"""What erasing does to one row: it goes, stays as it is, or stays without the person.

The one rule for the first erasure, for its replay on a restored warehouse, and for rows that a
vendor sends again.
"""

from collections.abc import Callable, Iterator

from connectors.ledger import Key, Ledger
from connectors.mentions import blank_out
from connectors.paths import Row, empty, take_out, values
from connectors.person import Among, Kind, Person, Tie, Ties


def system_of(clause: Person, row: Row, source: str) -> str:
    """The system that the ids of a row belong to."""
    return str(row.get(clause.system) or source) if clause.system else source


def _scope(tie: Tie, row: Row, system: str) -> str:
    return str(next(iter(values(row, tie.system)), system)) if tie.system else system


def _applies(tie: Tie, row: Row) -> bool:
    return all(str(row.get(column)) == value for column, value in tie.where.items())


def named(row: Row, ties: Ties, system: str) -> Iterator[Key]:
    """(kind, system, value) of everything that these places hold."""
    for kind, places in ties.items():
        for tie in places:
            if _applies(tie, row):
                scope = _scope(tie, row, system)
                yield from ((kind, scope, str(value)) for value in values(row, tie.path))


def left_behind(
    clause: Person, row: Row, source: str, resource: str, key: tuple[str, ...]
) -> list[Key]:
    """What is remembered of a row that goes: its own key, and those that others are tied to."""
    system = system_of(clause, row, source)
    kept: list[Key] = [("row", f"{source}.{resource}", row_key(row, key))]
    for kind, paths in clause.leaves.items():
        kept += [(kind, system, str(v)) for path in paths for v in values(row, path) if v != ""]
    return kept


def row_key(row: Row, key: tuple[str, ...]) -> str:
    """A row's key as one text."""
    return "|".join(str(row.get(column)) for column in key)


def judge(
    clause: Person, row: Row, source: str, erased: Ledger, key: tuple[str, ...] = ()
) -> Row | None:
    """What stays of a row: None when it goes, the same object when none of it is the person's."""
    system = system_of(clause, row, source)

    def hit(found: Key) -> bool:
        return erased.has(found[0], found[2], found[1])

    if any(hit(found) for found in named(row, clause.of, system)):
        return None
    if clause.among and _alone(clause.among, row, system, hit):
        return None
    kept = dict(row)
    for said in clause.said:

        def theirs(entry: Row, by: Ties = said.by) -> bool:
            return any(hit(found) for found in named(entry, by, system))

        take_out(kept, said.at, theirs)
    for kind, tie in clause.ties():
        if tie.path not in key and _applies(tie, row):
            _empty_tie(clause, kept, kind, tie, _scope(tie, row, system), erased)
    for column, value in kept.items():
        if column not in key and not column.startswith("_"):
            kept[column] = blank_out(value, erased)
    return row if kept == row else kept


def _empty_tie(clause: Person, kept: Row, kind: Kind, tie: Tie, scope: str, erased: Ledger) -> None:
    if not empty(kept, tie.path, lambda value: erased.has(kind, value, scope)):
        return
    for column in tie.also:
        kept[column] = None
    ours = _our_domain(clause.among, kept) if clause.among else None
    left = (value for path in tie.next_of for value in values(kept, path))
    others = (v for v in left if not erased.has(kind, v, scope) and not _is_ours(str(v), ours))
    if tie.next_of:
        kept[tie.path] = next(others, None)


def _our_domain(among: Among, row: Row) -> str | None:
    column = among.besides_domain_of
    return str(row.get(column) or "").rpartition("@")[2] or None if column else None


def _is_ours(value: str, domain: str | None) -> bool:
    return domain is not None and value.endswith(f"@{domain}")


def _alone(among: Among, row: Row, system: str, hit: Callable[[Key], bool]) -> bool:
    """Is the person the only one left in a row of several?"""
    if among.when and not row.get(among.when):
        return False
    ours = _our_domain(among, row)
    everybody = list(named(row, among.of, system))
    others = [f for f in everybody if not hit(f) and not _is_ours(f[2], ours)]
    return not others and any(hit(f) for f in everybody)
