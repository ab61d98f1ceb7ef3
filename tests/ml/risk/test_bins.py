"""Features are cut into levels that keep their order, and unknown is one of its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.risk.learn.bins import FEWEST_ROWS, cut
from ml.risk.learn.features import Feature

NUMBER = Feature(name="x", label="x")
CATEGORY = Feature(name="x", label="x", kind="category")


@given(st.lists(st.floats(-1e6, 1e6) | st.just(0.0), min_size=1, max_size=200))
def test_levels_keep_the_order_of_numbers(values) -> None:
    known = np.array(values)
    bins = cut(NUMBER, known)
    codes = bins.codes(np.sort(known))
    assert (np.diff(codes) >= 0).all()
    assert codes.max() < bins.unknown
    assert bins.codes(np.array([-np.inf, np.inf])).tolist() == [0, len(bins.edges)]


def test_unknown_has_its_own_level() -> None:
    bins = cut(NUMBER, np.array([1.0, 2.0, np.nan]))
    assert bins.codes(np.array([np.nan]))[0] == bins.unknown
    assert bins.levels == 3


def test_rare_values_beside_a_common_one_are_told_apart() -> None:
    values = np.concatenate([np.zeros(9_700), np.repeat([1.0, 2.0, 3.0], 100)])
    codes = cut(NUMBER, values).codes(np.array([0.0, 1.0, 2.0, 3.0]))
    assert len(set(codes.tolist())) == 4


def test_a_category_never_seen_is_other() -> None:
    values = np.array(["a"] * FEWEST_ROWS + ["rare"] + [None], dtype=object)
    bins = cut(CATEGORY, values)
    assert bins.names == ("a",)
    asked = np.array(["a", "rare", "new", None], dtype=object)
    assert bins.codes(asked).tolist() == [0, 1, 1, bins.unknown]


def test_never_known_has_no_other_level_in_use() -> None:
    for feature, values in ((NUMBER, np.full(5, np.nan)), (CATEGORY, np.full(5, None))):
        bins = cut(feature, values)
        assert set(bins.codes(values).tolist()) == {bins.unknown}
