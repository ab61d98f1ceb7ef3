"""Name each person for good: which customer id a group of contacts carries.

Every contact owns an id: the one of the person it was part of when that person was first named. A
merge leaves owned ids alone, so an unmerge gives each part back what it was called before. A person
is called by the oldest of the ids its contacts own; an id that several persons could claim goes
where most of its owners are, and whoever loses it owns their new person's id from then on.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

Key = tuple[str, str]
"""A contact: (source_system, remote_id)."""

Age = tuple[int, int]
"""In which run an id was first recorded, and minus the contacts it had then; it never changes."""
_UNKNOWN_AGE: Age = (2**62, 0)


@dataclass(frozen=True)
class Member:
    """A contact of a person.

    `held` is its customer id so far, `owned` the id it had or gave before any merge (both None for
    a new contact); `created` sortable text, "~" when unknown.
    """

    key: Key
    created: str = "~"
    held: str | None = None
    owned: str | None = None


@dataclass(frozen=True)
class Change:
    """Contacts of one customer that became part of another.

    `change`: 'merge' (the first is no more), 'unmerge' (the second is new, or back), 'move'
    (both were there before and still are).
    """

    change: str
    before: str
    after: str
    contacts: int


@dataclass(frozen=True)
class Named:
    """Customer id and owned id of every contact, what that changed, and which ids are new.

    An id in `issued` is as young as this run, even if somebody long gone once had it.
    """

    customer: dict[Key, str]
    owned: dict[Key, str]
    changes: tuple[Change, ...]
    issued: frozenset[str]


def fresh_id(key: Key) -> str:
    """The id of a person first met as `key`."""
    return hashlib.md5(":".join(key).encode(), usedforsecurity=False).hexdigest()


def fresh_ids(key: Key) -> Iterable[str]:
    """Ids that a person may get after `key`, best first, without end."""
    yield fresh_id(key)
    for number in count(1):
        yield fresh_id((key[0], f"{key[1]}:split{number}"))


def _rank(identifier: str, ages: Mapping[str, Age]) -> tuple[Age, str]:
    return ages.get(identifier, _UNKNOWN_AGE), identifier


def _winners(
    persons: Sequence[Sequence[Member]], claim: Callable[[Member], str | None]
) -> dict[str, int]:
    """For every claimed id the person with most claimants; of equals, the one with the oldest."""
    claims: dict[str, dict[int, list[tuple[str, Key]]]] = defaultdict(lambda: defaultdict(list))
    for position, members in enumerate(persons):
        for member in members:
            identifier = claim(member)
            if identifier is not None:
                claims[identifier][position].append((member.created, member.key))
    return {
        identifier: min(found, key=lambda position: (-len(found[position]), min(found[position])))
        for identifier, found in claims.items()
    }


def _settle(
    persons: Sequence[Sequence[Member]], ages: Mapping[str, Age]
) -> tuple[list[set[str]], dict[Key, str]]:
    """Which ids each person has a right to, and which id each contact (still) owns."""
    won = _winners(persons, lambda member: member.owned)
    owned = {
        member.key: member.owned
        for position, members in enumerate(persons)
        for member in members
        if member.owned is not None and won[member.owned] == position
    }
    # An id none of whose owners is left: the customer goes on in those who carried it.
    carried = _winners(persons, lambda member: member.held if member.held not in won else None)
    for identifier, position in carried.items():
        holders = [m.key for m in persons[position] if m.held == identifier]
        own = [owned[key] for key in holders if key in owned]
        yields = min(own, key=lambda other: _rank(other, ages), default=None)
        for key in holders:
            if owned.get(key) == yields:
                owned[key] = identifier
    rights = [{owned[m.key] for m in members if m.key in owned} for members in persons]
    return rights, owned


def _changes(
    persons: Sequence[Sequence[Member]], names: Sequence[str], owned: Mapping[Key, str]
) -> tuple[Change, ...]:
    before = {m.held for members in persons for m in members if m.held is not None}
    moved = Counter(
        (member.held, name)
        for members, name in zip(persons, names, strict=True)
        for member in members
        if member.held is not None and member.held != name
    )
    home = {
        owned[member.key]: name
        for members, name in zip(persons, names, strict=True)
        for member in members
    }
    now = set(names)
    found = []
    for (old, new), contacts in moved.items():
        gone = old not in now
        if gone and home.get(old) == new:
            change = "merge"
        else:
            change = "move" if new in before else "unmerge"
        found.append(Change(change, str(old), new, contacts))
    return tuple(sorted(found, key=lambda c: (c.change, c.before, c.after)))


def name_persons(
    groups: Iterable[Iterable[Member]],
    ages: Mapping[str, Age],
    is_taken: Callable[[str], bool] = lambda _: False,
) -> Named:
    """A customer id for every contact of these groups.

    Args:
        groups: the persons as they are now. Whoever holds or owns an id that one of them holds or
            owns is among them; the order does not matter.
        ages: of the ids held and owned; the older of two persons gives a merged one its name.
        is_taken: whether an id belongs to somebody outside these groups.
    """
    persons = [sorted(group, key=lambda member: member.key) for group in groups]
    persons.sort(key=lambda members: members[0].key)
    rights, owned = _settle(persons, ages)
    spoken_for = {identifier for right in rights for identifier in right}
    names: list[str] = []
    issued: set[str] = set()
    for members, right in zip(persons, rights, strict=True):
        if right:
            names.append(min(right, key=lambda identifier: _rank(identifier, ages)))
            continue
        names.append(_new_name(members, lambda i: i in spoken_for or is_taken(i)))
        spoken_for.add(names[-1])
        issued.add(names[-1])
    for members, name in zip(persons, names, strict=True):
        for member in members:
            owned.setdefault(member.key, name)
    return Named(
        customer={m.key: n for ms, n in zip(persons, names, strict=True) for m in ms},
        owned=owned,
        changes=_changes(persons, names, owned),
        issued=frozenset(issued),
    )


def _new_name(members: Sequence[Member], is_taken: Callable[[str], bool]) -> str:
    """After the smallest contact whose own id is free; else a further id of the smallest."""
    for member in members:
        if not is_taken(fresh_id(member.key)):
            return fresh_id(member.key)
    return next(i for i in fresh_ids(members[0].key) if not is_taken(i))
