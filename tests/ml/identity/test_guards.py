"""Decisions of people without contradiction among themselves."""

from hypothesis import given
from hypothesis import strategies as st

from ml.identity.decision import Decision
from ml.identity.guards import resolve

ids = st.sampled_from("abcdef")
decisions = st.lists(st.builds(Decision, ids, ids, st.booleans()), max_size=12)


def test_never_wins_over_link_of_the_same_pair_in_either_order() -> None:
    link, never = Decision("a", "b", True), Decision("b", "a", False)
    assert resolve([link, never]) == resolve([never, link]) == ([], {("a", "b")})


def test_a_chain_of_links_around_a_never_loses_its_last_link() -> None:
    said = [Decision("a", "b", True), Decision("b", "c", True), Decision("c", "a", False)]
    assert resolve(said) == ([("a", "b")], {("a", "c")})


def test_a_record_is_never_apart_from_itself() -> None:
    assert resolve([Decision("a", "a", False)]) == ([], set())


@given(decisions, st.randoms(use_true_random=False))
def test_links_that_are_kept_never_join_a_forbidden_pair_whatever_the_order(said, random) -> None:
    links, never = resolve(said)
    group = {name: {name} for name in "abcdef"}
    for left, right in links:
        joined = group[left] | group[right]
        for member in joined:
            group[member] = joined
    assert not any(right in group[left] for left, right in never)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert resolve(shuffled) == (links, never)
