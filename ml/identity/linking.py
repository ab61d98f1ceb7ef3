"""Link contacts that share an identity value, and name each group of them for good.

Deterministic: two contacts with the same e-mail address, phone number or external id are one
person, and so is everybody reached through such links. Names (customer ids) outlive changes: a
group keeps the id that most of its members already carry, so yesterday's customer is today's.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Key = tuple[str, str]
"""A contact: (source_system, remote_id)."""

MOST_CONTACTS_PER_VALUE = 10
"""A value held by more contacts belongs to an office or a shop, not to a person."""


@dataclass(frozen=True)
class Link:
    """Two contacts, smaller key first, and the (type, value) pairs they share."""

    left: Key
    right: Key
    shared: tuple[tuple[str, str], ...]


def links(identities: Iterable[tuple[str, str, str, str]]) -> list[Link]:
    """Links from (source_system, remote_id, type, value) rows, in any order.

    Holders of one value are chained in key order: n - 1 links join n contacts.
    """
    holders: dict[tuple[str, str], set[Key]] = defaultdict(set)
    for source, remote, kind, value in identities:
        if value:
            holders[kind, value].add((source, remote))
    shared: dict[tuple[Key, Key], set[tuple[str, str]]] = defaultdict(set)
    for identity, keys in holders.items():
        if len(keys) <= MOST_CONTACTS_PER_VALUE:
            ordered = sorted(keys)
            for left, right in pairwise(ordered):
                shared[left, right].add(identity)
    return [Link(*pair, tuple(sorted(why))) for pair, why in sorted(shared.items())]


def groups(contacts: Iterable[Key], found: list[Link]) -> list[list[Key]]:
    """Contacts partitioned into persons; groups and members in key order."""
    keys = sorted({*contacts, *(k for link in found for k in (link.left, link.right))})
    if not keys:
        return []
    number = {key: position for position, key in enumerate(keys)}
    rows = [number[link.left] for link in found]
    columns = [number[link.right] for link in found]
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(keys),) * 2)
    _, label = connected_components(graph, directed=False)
    members: dict[int, list[Key]] = defaultdict(list)
    for key, group in zip(keys, label, strict=True):
        members[int(group)].append(key)
    return sorted(members.values())


def fresh_id(key: Key) -> str:
    """The id of a person first met as `key`."""
    return hashlib.md5(":".join(key).encode(), usedforsecurity=False).hexdigest()


def name_groups(
    persons: list[list[Key]], held: Mapping[Key, str], created: Mapping[Key, str]
) -> dict[Key, str]:
    """A customer id for every contact.

    Args:
        persons: groups of contacts, as `groups` gives them.
        held: ids that contacts carry from an earlier run.
        created: when a contact was created, sortable text; decides between ids held equally often.

    An id goes to the group where most of its holders are; a group that loses it (a person was
    split) or never had one is named after its smallest contact whose id is free.
    """
    claims: list[tuple[int, str, Key, str, int]] = []
    for position, members in enumerate(persons):
        carried = Counter(held[key] for key in members if key in held)
        for identifier, count in carried.items():
            holders = [key for key in members if held.get(key) == identifier]
            oldest = min((created.get(key, "~"), key) for key in holders)
            claims.append((-count, *oldest, identifier, position))
    given: dict[int, str] = {}
    taken: set[str] = set()
    for *_, identifier, position in sorted(claims):
        if position not in given and identifier not in taken:
            given[position] = identifier
            taken.add(identifier)
    for position, members in enumerate(persons):
        if position not in given:
            candidates = [fresh_id(key) for key in members]
            candidates += [fresh_id((*members[0][:1], f"{members[0][1]}:split"))]
            given[position] = next(c for c in candidates if c not in taken)
            taken.add(given[position])
    return {key: given[position] for position, members in enumerate(persons) for key in members}
