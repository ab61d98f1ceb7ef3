"""The simplest model within noise of the best is used; a difference beyond noise counts."""

import numpy as np
import pytest
from scipy.special import expit

from ml.risk.backtest.choice import behind, choose
from ml.risk.backtest.measures import _Ranked
from ml.risk.backtest.origins import Forecasts
from ml.risk.backtest.segments import segments
from ml.risk.learn.rows import Rows


def forecasts(noise: dict[str, float], customers: int = 2_000, seed: int = 1) -> Forecasts:
    """Forecasts of models that see the true log-odds through noise of a width."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-2, 1.5, customers)
    rows = Rows(
        customer=np.arange(customers),
        as_of=np.full(customers, np.datetime64("2026-01-01", "us")),
        segment=np.where(np.arange(customers) % 4, "consumer", "business").astype(object),
        churned=(rng.random(customers) < expit(true)).astype(float),
        values={},
        health=None,
    )
    logits = {name: true + rng.normal(0, width, customers) for name, width in noise.items()}
    return Forecasts(rows, {"base rate": np.full(customers, -1.5), **logits}, is_timed=True)


def test_within_noise_the_simplest_is_used() -> None:
    found = choose(forecasts({"health score": 0.11, "logistic": 0.1, "boosting": 0.1}))
    assert found.model == "health score"
    assert found.reason.endswith("and simpler") or "simplest" in found.reason


def test_beyond_noise_the_better_is_used() -> None:
    found = choose(forecasts({"health score": 1.5, "logistic": 0.3, "boosting": 0.3}))
    assert found.model == "logistic"
    assert found.behind["health score"].low > 0
    assert choose(forecasts({"health score": 1.5, "logistic": 1.5, "boosting": 0})).model == (
        "boosting"
    )


def test_the_base_rate_is_never_chosen() -> None:
    found = choose(forecasts({"health score": 6.0, "logistic": 6.0}))
    assert found.behind["base rate"].value < 0
    assert found.model in ("health score", "logistic")


def test_a_customers_rows_are_drawn_together() -> None:
    """Twelve copies of the same rows say no more than one."""
    once = forecasts({"logistic": 0.8, "boosting": 0.7}, customers=300)
    many = np.tile(np.arange(300), 12)
    often = Forecasts(
        once.rows.take(many), {name: z[many] for name, z in once.logits.items()}, is_timed=True
    )
    one, twelve = (behind(f, "logistic", "boosting") for f in (once, often))
    assert twelve.value == pytest.approx(one.value)
    assert twelve.high - twelve.low == pytest.approx(one.high - one.low, rel=0.1)


def test_a_segment_that_is_off_is_called_off() -> None:
    found = forecasts({"logistic": 0.0})
    business = found.rows.segment == "business"
    bent = {"logistic": found.logits["logistic"] + np.where(business, 0.9, 0.0)}
    called = {s.name: s for s in segments(Forecasts(found.rows, bent, is_timed=True), "logistic")}
    assert called["business"].is_off
    assert not called["consumer"].is_off
    assert called["business"].forecast > called["business"].rate


def test_segments_that_mean_what_they_say_are_seldom_called_off() -> None:
    alarms = sum(
        any(s.is_off for s in segments(forecasts({"logistic": 0.0}, 600, seed), "logistic"))
        for seed in range(200)
    )
    assert alarms <= 20  # 10 expected; 20 or more by chance once in 300


def test_small_segments_are_shown_and_not_judged() -> None:
    found = forecasts({"logistic": 0.0}, 40)
    bent = {"logistic": np.full(40, -9.0)}
    shown = segments(Forecasts(found.rows, bent, is_timed=True), "logistic")
    assert sum(s.rows for s in shown) == 40
    assert not any(s.is_off for s in shown if s.churners < 10)


def test_ties_do_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(4)
    p, y = rng.integers(1, 5, 100) / 5, rng.integers(0, 2, 100).astype(float)
    turned = rng.permutation(100)
    one = _Ranked(y, p).measures(np.ones(100))
    other = _Ranked(y[turned], p[turned]).measures(np.ones(100))
    assert one == pytest.approx(other)
