"""Measures agree with scikit-learn, under any weights, and their intervals hold the truth."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml.risk.backtest.measures import _Ranked, measure, top_decile_lift


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.integers(5, 80), st.integers(1, 30))
def test_measures_agree_with_scikit_learn(seed, count, distinct) -> None:
    rng = np.random.default_rng(seed)
    probability = rng.integers(1, distinct + 1, count) / (distinct + 1)
    churned = (rng.random(count) < probability).astype(float)
    weight = rng.integers(0, 4, count).astype(float)
    auc, average, _, error, brier = _Ranked(churned, probability).measures(weight)
    if not 0 < (weight * churned).sum() < weight.sum():
        assert weight.sum() == 0 or math.isnan(auc)
        return
    used = weight > 0  # scikit-learn counts thresholds of rows without weight
    arguments = (churned[used], probability[used])
    assert auc == pytest.approx(roc_auc_score(*arguments, sample_weight=weight[used]))
    assert average == pytest.approx(average_precision_score(*arguments, sample_weight=weight[used]))
    assert brier == pytest.approx(brier_score_loss(*arguments, sample_weight=weight[used]))
    assert 0 <= error <= 1


def test_lift_shares_ties() -> None:
    churned = np.array([True, False] * 10)
    assert top_decile_lift(churned, np.zeros(20)) == pytest.approx(1.0)
    assert top_decile_lift(churned, churned.astype(float)) == pytest.approx(2.0)


def test_calibration_error_is_the_mean_gap_of_ten_groups() -> None:
    rng = np.random.default_rng(1)
    probability = np.sort(rng.random(1_000))
    churned = (rng.random(1_000) < probability**2).astype(float)
    groups = [slice(at, at + 100) for at in range(0, 1_000, 100)]
    by_hand = np.mean([abs(probability[g].mean() - churned[g].mean()) for g in groups])
    found = measure(churned, probability, np.arange(1_000), 100)["calibration_error"]
    assert found.value == pytest.approx(by_hand, rel=0.1)
    assert found.low <= found.value <= found.high


def test_intervals_hold_the_truth_though_customers_repeat() -> None:
    """A customer's twelve rows say the same: intervals over rows would be far too narrow."""
    rng = np.random.default_rng(2)
    big = rng.normal(size=200_000)
    truth = roc_auc_score(rng.random(len(big)) < expit(big), big)
    held = 0
    for _ in range(60):
        z = rng.normal(size=120)
        churned = (rng.random(120) < expit(z)).astype(float)
        rows = [np.repeat(v, 12) for v in (churned, expit(z), np.arange(120))]
        auc = measure(*rows, 200)["auc"]
        held += auc.low <= truth <= auc.high
    assert held >= 52


def test_one_class_has_no_ranking_but_a_brier_score() -> None:
    found = measure(np.zeros(20), np.full(20, 0.1), np.arange(20), 50)
    assert math.isnan(found["auc"].value)
    assert math.isnan(found["lift_top_decile"].low)
    assert found["brier"].value == pytest.approx(0.01)
