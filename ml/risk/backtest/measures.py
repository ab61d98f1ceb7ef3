"""AUC, average precision, lift, calibration error and Brier score, with bootstrap intervals.

One customer has a row per month, so whole customers are drawn; a draw is a weight per row.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.risk.learn.rows import Floats

RESAMPLES = 500
_BINS = 10


@dataclass(frozen=True)
class Score:
    """A value with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


NAMES = ("auc", "average_precision", "lift_top_decile", "calibration_error", "brier")


class _Ranked:
    """Forecasts sorted once, measured under many weights."""

    def __init__(self, churned: Floats, probability: Floats) -> None:
        self.order = np.argsort(-probability, kind="stable")
        self.p, self.y = probability[self.order], churned[self.order]
        self.ties = np.flatnonzero(np.diff(self.p, prepend=np.inf) != 0)
        # Bins of about as many rows; equal forecasts share one.
        places = np.linspace(0, len(self.p), _BINS + 1)[1:-1].astype(int)
        self.bins = np.searchsorted(-np.unique(self.p[places])[::-1], -self.p, side="left")

    def measures(self, weight: Floats) -> tuple[float, ...]:
        """In order of NAMES.

        Args:
            weight: one per row, in the order given.
        """
        w = weight[self.order]
        left = np.add.reduceat(w * self.y, self.ties)
        every = np.add.reduceat(w, self.ties)
        leavers, total = left.sum(), every.sum()
        brier = float((w * (self.p - self.y) ** 2).sum() / total)
        error = float(np.abs(np.bincount(self.bins, w * (self.p - self.y), _BINS)).sum() / total)
        if leavers in (0, total):
            return (math.nan, math.nan, math.nan, error, brier)
        stayed = every - left
        caught, called = np.cumsum(left), np.cumsum(every)
        auc = (stayed * (caught - left / 2)).sum() / leavers / (total - leavers)
        precision = caught / np.maximum(called, 1e-300)
        average = (left * precision).sum() / leavers
        return (float(auc), float(average), _lift(left, every, leavers / total), error, brier)


def _lift(left: Floats, every: Floats, rate: float) -> float:
    """Rate of leavers in the top tenth over the overall rate."""
    size = max(1.0, every.sum() // _BINS)
    return float(_caught(left, every, size) / size / rate)


def _caught(left: Floats, every: Floats, size: float) -> float:
    """Leavers among the first `size`; groups of equal forecasts, best first, share their places."""
    before = np.cumsum(every) - every
    taken = np.clip(size - before, 0, every)
    shares = taken / np.where(every > 0, every, 1)
    return float((left * shares).sum())


def caught(churned: NDArray[np.bool_], score: Floats, size: int) -> float:
    """How many of the `size` with the highest scores left; ties share their places."""
    ranked = _Ranked(churned.astype(float), score)
    left = np.add.reduceat(ranked.y, ranked.ties)
    every = np.add.reduceat(np.ones(len(ranked.y)), ranked.ties)
    return _caught(left, every, float(size))


def top_decile_lift(churned: NDArray[np.bool_], score: Floats) -> float:
    """Churn rate in the top tenth of scores over the overall rate; ties share their places."""
    return _Ranked(churned.astype(float), score).measures(np.ones(len(score)))[2]


def measure(
    churned: Floats, probability: Floats, customer: NDArray[np.intp], resamples: int = RESAMPLES
) -> dict[str, Score]:
    """Every measure with its interval; draws with one class only do not count for a ranking.

    Args:
        churned: 1 left, 0 stayed; at least one row.
        customer: who the row is about.
    """
    ranked = _Ranked(churned, probability)
    value = ranked.measures(np.ones(len(churned)))
    _, who = np.unique(customer, return_inverse=True)
    random = np.random.default_rng(7)
    people = int(who.max()) + 1
    draws = np.array(
        [
            ranked.measures(
                np.bincount(random.integers(0, people, people), minlength=people)[who].astype(float)
            )
            for _ in range(resamples)
        ]
    )
    found = {}
    for place, name in enumerate(NAMES):
        drawn = draws[:, place][~np.isnan(draws[:, place])]
        if math.isnan(value[place]) or not len(drawn):
            found[name] = Score(value[place], math.nan, math.nan)
            continue
        if name == "calibration_error":
            # Drawing adds noise of its own to gaps that are counted without their sign.
            drawn = np.maximum(drawn - drawn.mean() + value[place], 0)
        low, high = np.quantile(drawn, [0.025, 0.975])
        found[name] = Score(value[place], float(low), float(high))
    return found
