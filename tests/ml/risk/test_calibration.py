"""Forecasts are bent to mean what they say, and never turned round."""

import numpy as np
import pytest

from ml.risk.learn.calibration import LEAST_SLOPE, fit_platt, log_losses, probabilities

RNG = np.random.default_rng(3)
TRUE = RNG.normal(-2, 1.2, 60_000)
LEFT = (RNG.random(len(TRUE)) < probabilities(TRUE)).astype(float)


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (2.5, 1.0), (0.4, -1.0)])
def test_the_line_is_found_again(slope, offset) -> None:
    platt = fit_platt((TRUE - offset) / slope, LEFT)
    assert platt.slope == pytest.approx(slope, rel=0.04)
    np.testing.assert_allclose(platt((TRUE - offset) / slope), TRUE, atol=0.15)


def test_a_ranking_is_never_turned_round() -> None:
    platt = fit_platt(-TRUE, LEFT)
    assert platt.slope == LEAST_SLOPE
    assert probabilities(platt(-TRUE)).mean() == pytest.approx(LEFT.mean(), abs=1e-6)


def test_forecasts_all_the_same_become_the_rate() -> None:
    same = np.full(len(LEFT), 0.7)
    assert probabilities(fit_platt(same, LEFT)(same))[0] == pytest.approx(LEFT.mean(), abs=1e-6)


def test_losses_stay_finite_at_the_far_ends() -> None:
    losses = log_losses(np.array([1.0, 0.0, 1.0]), np.array([-900.0, 900.0, 900.0]))
    np.testing.assert_allclose(losses, [900, 900, 0])
