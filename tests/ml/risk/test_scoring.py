"""Whichever model is in use, customers have a score, a band and reasons that sum to it."""

import math

import numpy as np
import pyarrow as pa
import pytest

from ml.risk.learn.artefact import Artefact, load
from ml.risk.learn.calibration import Platt
from ml.risk.learn.features import BadFeatures
from ml.risk.learn.scoring import scored
from ml.risk.learn.train import train
from ml.risk.score import logistic, score, weights
from tests.ml.risk.synthetic import FEATURES, company, with_column

HEALTH = pa.table(
    {"customer_id": ["a", "b", "c"], "nps_last": [2, 10, None], "cancel_requested": [1, 0, None]}
)


def told_by_health(customers: int = 1_200, months: int = 4) -> pa.Table:
    """Who leaves is decided by the health score's own law, at half its weight."""
    rng = np.random.default_rng(3)
    table = company(customers, months).table.select(["customer_id", "as_of", "segment"])
    nps = rng.integers(0, 11, len(table))
    table = with_column(table, "nps_last", nps)
    logits = [math.log(s / (1 - s)) for s in (score(row).score for row in table.to_pylist())]
    left = rng.random(len(table)) < [logistic(0.5 * z - 1.0) for z in logits]
    return with_column(table, "churned", left)


@pytest.mark.parametrize("artefact", [None, Artefact("risk-1-x", "health score", "why", None)])
def test_without_a_trained_model_the_transparent_score_stands(artefact) -> None:
    assert scored(HEALTH, artefact, FEATURES) == [score(row) for row in HEALTH.to_pylist()]


def test_a_calibrated_health_score_shares_by_its_slope() -> None:
    line = Platt(0.6, -1.5)
    artefact = Artefact("risk-1-x", "health score", "why", None, line)
    for found, plain in zip(
        scored(HEALTH, artefact, FEATURES), scored(HEALTH, None, FEATURES), strict=True
    ):
        logit = math.log(plain.score / (1 - plain.score))
        assert found.score == pytest.approx(logistic(0.6 * logit - 1.5))
        total = 0.6 * weights().base - 1.5 + sum(r["contribution"] for r in found.reasons)
        assert found.score == pytest.approx(logistic(total), abs=1e-9)
        assert found.band == FEATURES.band(found.score)
        assert [r["reason"] for r in found.reasons] == [r["reason"] for r in plain.reasons]


def test_a_health_score_as_good_as_any_is_kept_and_calibrated(tmp_path) -> None:
    table = told_by_health()
    features = FEATURES.model_copy(update={"features": FEATURES.features[:1]})
    luck = np.random.default_rng(8).poisson(1, len(table))
    table = with_column(table, "contacts", luck)
    train(table, features, tmp_path)
    artefact = load(tmp_path)
    assert artefact is not None
    assert artefact.model == "health score"
    assert artefact.line is not None
    mean = np.mean([one.score for one in scored(table, artefact, features)])
    assert mean == pytest.approx(np.mean(table["churned"].to_pylist()), rel=0.02)


def test_a_learned_model_scores_in_the_tables_order(tmp_path) -> None:
    table = company(700, 5).table
    artefact = train(table, FEATURES, tmp_path).artefact
    assert artefact.card is not None
    turned = np.random.default_rng(1).permutation(len(table))
    found, other = (scored(t, artefact, FEATURES) for t in (table, table.take(turned)))
    assert other == [found[n] for n in turned]
    for one in found[:50]:
        total = artefact.card.base + math.fsum(r["contribution"] for r in one.reasons)
        assert one.score == pytest.approx(logistic(total), abs=1e-6)
    with pytest.raises(BadFeatures, match="the model reads"):
        scored(table.drop_columns(["gap"]), artefact, FEATURES)
