"""The drift report's statistics against plain arithmetic, and its idea of chance against chance."""

from itertools import pairwise
from math import inf, log, log2

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from ml.tagger.drift.chance import compare, divergence, edges, psi, rise, share_new

pairs = st.integers(2, 12).flatmap(
    lambda k: st.tuples(*[st.lists(st.integers(0, 500), min_size=k, max_size=k)] * 2)
)
filled = pairs.filter(lambda pair: sum(pair[0]) and sum(pair[1]))
values = st.lists(st.floats(-1, 1) | st.sampled_from([0.0, 0.5]), min_size=1, max_size=300)
ALL = {"psi": (slice(0, 8), psi), "rise": (slice(8, 10), rise)}


def arrays(pair) -> tuple[np.ndarray, np.ndarray]:
    return np.array(pair[0], dtype=float), np.array(pair[1], dtype=float)


@given(filled)
def test_psi_is_the_textbook_sum(pair) -> None:
    week, reference = pair
    k = len(week)
    shares = [
        ((w + 0.5) / (sum(week) + k / 2), (r + 0.5) / (sum(reference) + k / 2))
        for w, r in zip(week, reference, strict=True)
    ]
    assert psi(*arrays(pair)) == pytest.approx(sum((p - q) * log(p / q) for p, q in shares))


@given(filled)
def test_divergence_is_the_entropy_of_the_mixture_less_the_mean_entropy(pair) -> None:
    def entropy(shares: list[float]) -> float:
        return -sum(share * log2(share) for share in shares if share)

    p, q = ([count / sum(counts) for count in counts] for counts in pair)
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    expected = entropy(middle) - (entropy(p) + entropy(q)) / 2
    assert divergence(*arrays(pair)) == pytest.approx(expected, abs=1e-9)


@given(filled)
def test_both_are_nought_for_the_same_shares_symmetric_and_never_negative(pair) -> None:
    week, reference = arrays(pair)
    for statistic in (psi, divergence):
        assert statistic(week, week) == pytest.approx(0, abs=1e-12)
        assert statistic(week, reference) >= 0
        assert statistic(week, reference) == pytest.approx(statistic(reference, week))
    assert divergence(week, 3 * week) == pytest.approx(0, abs=1e-12)
    assert divergence(week, reference) <= 1 + 1e-12


def test_shares_by_hand() -> None:
    assert rise(np.array([3.0, 7.0]), np.array([1.0, 9.0])) == pytest.approx(0.2)
    assert share_new(np.array([3.0, 1.0, 4.0]), np.array([9.0, 0.0, 2.0])) == pytest.approx(1 / 8)


@given(values, st.integers(2, 20))
@example([-0.3, -0.2, -0.1] + [0.0] * 20 + [0.1, 0.2], 5)
def test_every_value_falls_into_one_bin_and_a_frequent_one_has_its_own(found, bins) -> None:
    cuts = edges(np.array(found), bins)
    assert np.all(np.diff(cuts) > 0)
    bounds = [-inf, *cuts, inf]
    counts = [sum(a < v <= b for v in found) for a, b in pairwise(bounds)]
    assert sum(counts) == len(found)
    for value in set(found):
        if found.count(value) >= 2 * len(found) / bins + 1:
            place = np.searchsorted(cuts, value)
            assert {v for v in found if np.searchsorted(cuts, v) == place} == {value}


def test_bins_of_different_values_hold_about_as_many_each() -> None:
    found = np.random.default_rng(1).normal(size=2000)
    places = np.searchsorted(edges(found, 10), found)
    assert set(np.bincount(places)) <= {199, 200, 201}


def clusters(random: np.random.Generator, number: int, sizes: int, moved: float = 0) -> csr_matrix:
    """One row per person, who writes `sizes` texts of one kind."""
    kinds = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05])
    kinds = (1 - moved) * kinds + moved * kinds[::-1]
    counts = np.zeros((number, 10))
    counts[np.arange(number), random.choice(8, number, p=kinds)] = sizes
    counts[np.arange(number), 8 + (random.random(number) > 0.1)] = sizes
    return csr_matrix(counts)


def both(week: csr_matrix, reference: csr_matrix) -> tuple[csr_matrix, np.ndarray]:
    counts = csr_matrix(np.vstack([week.toarray(), reference.toarray()]))
    return counts, np.arange(counts.shape[0]) < week.shape[0]


@pytest.mark.parametrize(("week", "reference"), [(150, 1200), (400, 3200)])
def test_what_psi_is_by_chance_is_what_theory_says(week, reference) -> None:
    random = np.random.default_rng(3)
    found = compare(*both(clusters(random, week, 1), clusters(random, reference, 1)), ALL, 400)
    assert found["psi"].expected == pytest.approx(7 * (1 / week + 1 / reference), rel=0.15)
    assert found["rise"].expected == pytest.approx(0, abs=0.01)


def test_texts_of_one_person_count_as_one_draw() -> None:
    random = np.random.default_rng(3)
    found = compare(*both(clusters(random, 150, 4), clusters(random, 1200, 4)), ALL, 400)
    assert found["psi"].expected > 2.5 * 7 * (1 / 600 + 1 / 4800)


@pytest.mark.parametrize("sizes", [1, 3])
def test_without_drift_chance_is_called_chance(sizes) -> None:
    random = np.random.default_rng(7)
    lowest = []
    for _ in range(300):
        pair = both(clusters(random, 80, sizes), clusters(random, 640, sizes))
        lowest.append(min(found.p_value for found in compare(*pair, ALL, 199).values()))
    for level in (0.02, 0.1, 0.5):  # of 300, at most three standard deviations too many
        allowed = 300 * level + 3 * (300 * level * (1 - level)) ** 0.5
        assert np.sum(np.array(lowest) <= level) <= allowed


def test_a_drift_is_not_called_chance() -> None:
    random = np.random.default_rng(7)
    for _ in range(20):
        pair = both(clusters(random, 150, 1, moved=0.5), clusters(random, 1200, 1))
        assert compare(*pair, ALL, 199)["psi"].p_value == 1 / 200


def test_a_statistic_that_cannot_vary_is_always_chance() -> None:
    counts = csr_matrix(np.tile([2.0, 0.0], (50, 1)))
    found = compare(counts, np.arange(50) < 10, {"share": (slice(0, 2), rise)}, 99)["share"]
    assert (found.observed, found.expected, found.p_value) == (0, 0, 1)


def test_the_same_counts_give_the_same_answer() -> None:
    random = np.random.default_rng(5)
    pair = both(clusters(random, 80, 1), clusters(random, 640, 1))
    assert compare(*pair, ALL, 99) == compare(*pair, ALL, 99)
