"""Components become persons by average evidence; decisions and contradictions are kept."""

import numpy as np

from ml.identity.agglomerate import agglomerate

LINK = 3.0


def labels(weights, contradicts=(), apart=(), together=(), largest=60):
    count = max(max(pair) for pair in weights) + 1
    matrix = np.full((count, count), np.nan)
    for (one, other), weight in weights.items():
        matrix[one, other] = matrix[other, one] = weight

    def flags(pairs):
        found = np.zeros((count, count), dtype=bool)
        for one, other in pairs:
            found[one, other] = found[other, one] = True
        return found

    return agglomerate(
        matrix, flags(contradicts), flags(apart), list(together), LINK, largest
    ).tolist()


def test_a_chain_that_nothing_speaks_against_is_one_person() -> None:
    assert labels({(0, 1): 10, (1, 2): 10}) == [0, 0, 0]


def test_a_weak_bridge_between_two_persons_is_cut() -> None:
    weights = {(0, 1): 10, (2, 3): 10, (1, 2): 4, (0, 2): -9, (0, 3): -9, (1, 3): -9}
    assert labels(weights) == [0, 0, 2, 2]


def test_a_contradiction_breaks_a_cluster_at_its_weakest_edge() -> None:
    weights = {(0, 1): 11, (1, 2): 6, (0, 2): -8}
    assert labels(weights) == [0, 0, 0]
    assert labels(weights, contradicts=[(0, 2)]) == [0, 0, 2]


def test_one_contradicting_pair_does_not_tear_many_good_records_apart() -> None:
    weights = {(a, b): 9 for a in range(5) for b in range(a + 1, 5)}
    assert labels(weights, contradicts=[(0, 4)]) == [0] * 5


def test_decisions_win_over_weights() -> None:
    weights = {(0, 1): 10, (1, 2): 10, (0, 2): 10}
    assert labels(weights, apart=[(0, 1)]) in ([0, 1, 1], [0, 1, 0])
    assert labels({(0, 1): -20, (1, 2): 10}, together=[(0, 1)]) == [0, 0, 0]


def test_two_decided_links_keep_a_forbidden_pair_apart() -> None:
    weights = {(0, 1): 10, (1, 2): 10, (0, 2): 10, (2, 3): 10, (0, 3): 10, (1, 3): 10}
    found = labels(weights, apart=[(0, 3)], together=[(0, 1)])
    assert found[0] == found[1] != found[3]


def test_no_cluster_grows_beyond_the_cap() -> None:
    weights = {(a, b): 9 for a in range(6) for b in range(a + 1, 6)}
    found = labels(weights, largest=4)
    assert max(found.count(label) for label in found) == 4


def test_a_link_below_the_threshold_joins_nobody() -> None:
    assert labels({(0, 1): 2.9}) == [0, 1]
