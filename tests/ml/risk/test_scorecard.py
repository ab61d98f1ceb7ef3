"""Contributions sum to the score, whatever a customer looks like, before and after calibration."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from ml.risk.learn.bins import cut
from ml.risk.learn.families import BOOSTING, LOGISTIC
from ml.risk.learn.features import BadFeatures
from ml.risk.learn.fit import fit
from ml.risk.learn.rows import read
from ml.risk.learn.scorecard import Scorecard
from ml.risk.score import logistic
from tests.ml.risk.synthetic import FEATURES, company

TABLE = company(700, 6).table
ROWS = read(TABLE, FEATURES.features)
BINS = tuple(cut(f, ROWS.values[f.name]) for f in FEATURES.features)
CODES = np.column_stack([b.codes(ROWS.values[b.feature.name]) for b in BINS])
WEIGHT = np.ones(len(ROWS))
FITTED = {
    family.name: fit(ROWS, family, list(FEATURES.features)) for family in (LOGISTIC, BOOSTING)
}
odd_numbers = st.none() | st.floats(-1e9, 1e9)
odd_customers = st.fixed_dictionaries(
    dict.fromkeys(("contacts", "gap", "mood", "luck"), odd_numbers)
    | {"topic": st.none() | st.text(max_size=5) | st.sampled_from(["billing", "praise"])}
)


def _of(customer):
    table = TABLE.slice(0, 1)
    for name, value in customer.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, [[value]])
    return read(table, FEATURES.features)


@pytest.mark.parametrize("name", FITTED)
@settings(max_examples=60)
@given(customer=odd_customers, slope=st.floats(0.05, 3), offset=st.floats(-3, 3))
def test_contributions_sum_to_the_score(name, customer, slope, offset) -> None:
    card, rows = FITTED[name].card, _of(customer)
    raw = card.logits(rows)[0]
    for asked, logit in ((card, raw), (card.scaled(slope, offset), slope * raw + offset)):
        scored = asked.scored(rows, FEATURES)[0]
        total = asked.base + math.fsum(r["contribution"] for r in scored.reasons)
        assert scored.score == pytest.approx(logistic(total), abs=1e-9)
        assert total == pytest.approx(logit, abs=1e-6)
        assert scored.band == FEATURES.band(scored.score)


def test_calibration_keeps_the_order_of_reasons() -> None:
    card = FITTED["logistic"].card
    plain = card.scored(ROWS.take(np.arange(40)), FEATURES)
    scaled = card.scaled(0.4, 1.0).scored(ROWS.take(np.arange(40)), FEATURES)
    for one, other in zip(plain, scaled, strict=True):
        assert [r["feature"] for r in one.reasons] == [r["feature"] for r in other.reasons]


def test_boosting_reads_off_what_its_trees_say() -> None:
    card = BOOSTING.fit(BINS, CODES, ROWS.churned, WEIGHT, [50])[50]
    x = CODES.astype(float)
    for place, bins in enumerate(BINS):
        if bins.feature.kind == "number":
            x[CODES[:, place] == bins.unknown, place] = np.nan
    trees = HistGradientBoostingClassifier(
        interaction_cst="no_interactions",
        categorical_features=[b.feature.kind == "category" for b in BINS],
        learning_rate=0.1,
        max_iter=50,
        max_leaf_nodes=4,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(x, ROWS.churned)
    np.testing.assert_allclose(card.logits(ROWS), trees.decision_function(x), atol=1e-9)


def test_a_scorecard_of_levels_is_a_plain_logistic_regression() -> None:
    """With one column per level nothing is smooth, and scikit-learn alone gives the same."""
    place = [f.name for f in FEATURES.features].index("topic")
    card = LOGISTIC.fit((BINS[place],), CODES[:, [place]], ROWS.churned, WEIGHT, [1.0])[1.0]
    x = np.eye(BINS[place].levels)[CODES[:, place]]
    peer = LogisticRegression(C=1.0, max_iter=1000).fit(x, ROWS.churned)
    np.testing.assert_allclose(card.logits(ROWS), peer.decision_function(x), atol=1e-3)


@pytest.mark.parametrize("name", FITTED)
def test_points_are_differences_from_the_average_customer(name) -> None:
    shares = FITTED[name].card.contributions(ROWS.values, len(ROWS))
    np.testing.assert_allclose(shares.mean(axis=0), 0, atol=1e-6)
    assert expit(FITTED[name].card.logits(ROWS)).mean() == pytest.approx(
        ROWS.churned.mean(), rel=0.25
    )


@pytest.mark.parametrize("name", FITTED)
def test_what_is_kept_is_what_was_fitted(name) -> None:
    card = FITTED[name].card
    again = Scorecard.from_json(json.loads(json.dumps(card.as_json())))
    np.testing.assert_array_equal(again.logits(ROWS), card.logits(ROWS))
    assert again.features == card.features


def test_reasons_name_the_value_largest_first() -> None:
    rows = _of({"contacts": 5.0, "gap": 90.0, "mood": None, "luck": 0.0, "topic": "billing"})
    reasons = FITTED["logistic"].card.scored(rows, FEATURES)[0].reasons
    assert [r["contribution"] for r in reasons] == sorted(
        (r["contribution"] for r in reasons), reverse=True
    )
    words = {r["feature"]: r["reason"] for r in reasons}
    assert words["gap"] == "last order ago: 90 days"
    assert words["mood"] == "mean sentiment: not known"


def test_a_missing_column_is_named() -> None:
    rows = read(TABLE.drop_columns(["gap"]), FEATURES.features)
    with pytest.raises(BadFeatures, match="the model reads gap"):
        FITTED["logistic"].card.logits(rows)
