"""What knows the answer is refused by name, and so is what says nothing."""

import numpy as np
import pytest

from ml.risk.learn.features import Feature
from ml.risk.learn.guard import single_auc, usable
from ml.risk.learn.rows import read
from tests.ml.risk.synthetic import FEATURES, also, company, with_column

TABLE = company(600, 5).table
LEFT = np.array(TABLE["churned"].to_pylist())


def _usable(name, values, **more):
    features = also(Feature(name=name, label=name, **more)).features
    kept, notes = usable(read(with_column(TABLE, name, values), features), features)
    return [feature.name for feature in kept], notes


@pytest.mark.parametrize(
    ("values", "more"),
    [
        (np.where(LEFT, 1.0, 0.0) + np.random.default_rng(1).normal(0, 0.1, len(LEFT)), {}),
        ([3.0 if left else None for left in LEFT], {}),
        (["ended" if left else "active" for left in LEFT], {"kind": "category"}),
    ],
    ids=["value", "known only of leavers", "status"],
)
def test_a_planted_leak_is_refused_by_name(values, more) -> None:
    kept, notes = _usable("closed_reason", values, **more)
    assert "closed_reason" not in kept
    assert [n for n in notes if n.startswith("closed_reason is refused: alone")]
    assert len(kept) == len(FEATURES.features)


def test_a_strong_feature_that_may_be_wrong_stays() -> None:
    rng = np.random.default_rng(1)
    kept, notes = _usable("asked", np.where(rng.random(len(LEFT)) < 0.15, ~LEFT, LEFT))
    assert "asked" in kept
    assert not notes


def test_luck_alone_is_no_leak() -> None:
    rows = read(TABLE, FEATURES.features)
    luck = next(f for f in FEATURES.features if f.name == "luck")
    assert single_auc(luck, rows) < 0.7


@pytest.mark.parametrize(
    ("value", "why"), [(7.0, "always the same"), (None, "never known")], ids=["same", "unknown"]
)
def test_what_says_nothing_is_left_out(value, why) -> None:
    kept, notes = _usable("flat", [value] * len(LEFT))
    assert "flat" not in kept
    assert notes == [f"flat is left out: {why}"]
