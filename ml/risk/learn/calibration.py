"""Platt's calibration: a straight line on the log-odds, so that shares scale with the score.

Isotonic regression was measured and left out: its log loss was worse wherever it was tried, it
gives thousands of customers a few dozen scores, and its steps cannot be shared out among reasons.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.risk.learn.rows import Floats

LEAST_SLOPE = 0.05
"""A ranking is flattened but never turned round: chance may do that on few rows, truth does not."""


@dataclass(frozen=True)
class Platt:
    """Calibrated log-odds = slope * log-odds + offset."""

    slope: float
    offset: float

    def __call__(self, logits: Floats) -> Floats:
        return self.slope * logits + self.offset


def _offset(logits: Floats, churned: Floats) -> float:
    """What is added to log-odds so that their mean probability is the rate of leavers."""
    from scipy.optimize import brentq

    rate = churned.mean()
    return float(brentq(lambda more: probabilities(logits + more).mean() - rate, -60, 60))


def probabilities(logits: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500)))
    return found


def log_losses(churned: Floats, logits: Floats) -> Floats:
    """Per row."""
    found: Floats = np.logaddexp(0.0, np.where(churned == 1, -logits, logits))
    return found


def fit_platt(logits: Floats, churned: Floats) -> Platt:
    """The line that makes forecasts mean what they say, on rows they were not learnt from.

    Args:
        churned: of both classes.
    """
    from sklearn.linear_model import LogisticRegression  # a second to import; scoring needs none

    if np.ptp(logits) < 1e-9:
        return Platt(1.0, _offset(logits, churned))
    middle, spread = logits.mean(), logits.std()
    standard: NDArray[np.float64] = (logits - middle) / spread
    model = LogisticRegression(C=100.0, max_iter=1000).fit(standard[:, None], churned)
    slope = float(model.coef_[0, 0] / spread)
    if slope < LEAST_SLOPE:
        return Platt(LEAST_SLOPE, _offset(LEAST_SLOPE * logits, churned))
    return Platt(slope, float(model.intercept_[0] - slope * middle))
