"""A person keeps an id through growth, merges and unmerges; nobody shares one."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ml.identity.naming import Change, Member, fresh_id, name_persons


class Register:
    """What the warehouse remembers between runs."""

    def __init__(self) -> None:
        self.held, self.owned, self.ages, self.run = {}, {}, {}, 0

    def name(self, *groups, reverse=False):
        """Name groups of contact names such as "abc"; every known contact must be in one."""
        self.run += 1
        members = [
            [Member(("s", c), c, self.held.get(c), self.owned.get(c)) for c in sorted(group)]
            for group in groups
        ]
        if reverse:
            members = [list(reversed(group)) for group in reversed(members)]
        found = name_persons(members, self.ages)
        self.held = {key[1]: name for key, name in found.customer.items()}
        self.owned = {key[1]: name for key, name in found.owned.items()}
        sizes = Counter(self.held.values())
        self.ages.update({name: (self.run, -sizes[name]) for name in found.issued})
        return found

    @property
    def persons(self):
        return dict(sorted(self.held.items()))


partitions = st.lists(st.integers(0, 3), min_size=7, max_size=7).map(
    lambda labels: [
        "".join(c for c, mark in zip("abcdefg", labels, strict=True) if mark == label)
        for label in sorted(set(labels))
    ]
)
histories = st.lists(
    st.tuples(partitions, st.sets(st.sampled_from("abcdefg"), max_size=3)), min_size=1, max_size=5
)


def without(partition, gone):
    """The partition with some contacts removed, and no empty group."""
    rest = ["".join(c for c in group if c not in gone) for group in partition]
    return [group for group in rest if group]


def grown(history):
    register = Register()
    for partition, gone in history:
        groups = without(partition, gone)
        if groups:
            register.name(*groups)
    return register


@settings(max_examples=150)
@given(histories)
def test_each_person_has_one_id_of_its_own_after_any_history(history) -> None:
    register = Register()
    for partition, gone in history:
        groups = without(partition, gone)
        register.name(*groups)
        assert all(len({register.held[c] for c in group}) == 1 for group in groups)
        assert len(set(register.held.values())) == len(groups)


@settings(max_examples=150)
@given(histories)
def test_a_second_run_changes_nothing(history) -> None:
    register = grown(history)
    before = (register.persons, dict(register.owned))
    groups = [[c for c in register.held if register.held[c] == n] for n in set(before[0].values())]
    assert register.name(*groups).changes == ()
    assert (register.persons, register.owned) == before


@settings(max_examples=150)
@given(histories)
def test_the_order_of_the_input_never_matters(history) -> None:
    one, other = Register(), Register()
    for partition, gone in history:
        groups = without(partition, gone)
        assert one.name(*groups) == other.name(*groups, reverse=True)


@settings(max_examples=200)
@given(histories, st.data())
def test_linking_two_persons_and_unlinking_them_is_the_identity(history, data) -> None:
    register = grown(history)
    ids = sorted(set(register.held.values()))
    if len(ids) < 2:
        return
    before = register.persons
    left, right = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    apart = [[c for c in before if before[c] == name] for name in ids]
    together = [[c for c in before if before[c] == name] for name in ids if name != right]
    together[[n for n in ids if n != right].index(left)] += [
        c for c in before if before[c] == right
    ]
    register.name(*together)
    assert register.persons != before
    register.name(*apart)
    assert register.persons == before


@settings(max_examples=200)
@given(histories, st.data())
def test_splitting_a_person_and_joining_it_again_is_the_identity(history, data) -> None:
    register = grown(history)
    before = register.persons
    groups = {name: [c for c in before if before[c] == name] for name in set(before.values())}
    large = sorted(name for name, group in groups.items() if len(group) > 1)
    if not large:
        return
    name = data.draw(st.sampled_from(large))
    cut = data.draw(st.integers(1, len(groups[name]) - 1))
    rest = [group for other, group in sorted(groups.items()) if other != name]
    register.name(groups[name][:cut], groups[name][cut:], *rest)
    assert len(set(register.held.values())) == len(groups) + 1
    register.name(groups[name], *rest)
    assert register.persons == before


def test_a_merge_keeps_the_older_id_even_of_fewer_contacts() -> None:
    register = Register()
    register.name("z")
    register.name("z", "abc")
    found = register.name("abcz")
    assert set(register.held.values()) == {fresh_id(("s", "z"))}
    assert found.changes == (Change("merge", fresh_id(("s", "a")), fresh_id(("s", "z")), 3),)


def test_of_two_ids_recorded_at_once_the_one_with_more_contacts_stays() -> None:
    register = Register()
    register.name("a", "bc")
    register.name("abc")
    assert set(register.held.values()) == {fresh_id(("s", "b"))}


def test_an_unmerge_gives_back_the_id_of_before_however_large_that_part_is() -> None:
    register = Register()
    register.name("z")
    register.name("z", "abc")
    register.name("abcz")
    found = register.name("z", "abc")
    assert register.held["a"] == fresh_id(("s", "a"))
    assert found.changes == (Change("unmerge", fresh_id(("s", "z")), fresh_id(("s", "a")), 3),)


def test_a_person_that_splits_leaves_its_id_with_the_larger_part() -> None:
    register = Register()
    register.name("abc")
    found = register.name("a", "bc")
    assert register.held["b"] == fresh_id(("s", "a")) != register.held["a"]
    assert [(c.change, c.contacts) for c in found.changes] == [("unmerge", 1)]


def test_a_customer_outlives_the_contact_it_was_named_after() -> None:
    register = Register()
    register.name("a")
    register.name("a", "b", "c")
    register.name("abc")
    found = register.name("bc")
    assert set(register.held.values()) == {fresh_id(("s", "a"))}
    assert found.changes == ()


def test_a_contact_that_changes_sides_is_a_move() -> None:
    register = Register()
    register.name("abc", "def")
    found = register.name("ab", "cdef")
    assert found.changes == (Change("move", fresh_id(("s", "a")), fresh_id(("s", "d")), 1),)


def test_an_id_in_use_elsewhere_is_never_given_twice() -> None:
    taken = {fresh_id(("s", "a")), fresh_id(("s", "a:split1"))}
    found = name_persons([[Member(("s", "a"))]], {}, taken.__contains__)
    assert found.customer == {("s", "a"): fresh_id(("s", "a:split2"))}
