"""Scores with 95 % bootstrap intervals."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, recall_score, roc_auc_score

Array = NDArray[Any]
Score = tuple[float, float, float]
"""Value and the ends of its interval."""

_RESAMPLES = 200


def bootstrap(measure: Callable[[Array, Array], float], wanted: Array, answer: Array) -> Score:
    """A measure with its interval over resampled rows; resamples it is undefined on are skipped."""
    random = np.random.default_rng(7)
    values = []
    for _ in range(_RESAMPLES):
        rows = random.integers(0, len(wanted), len(wanted))
        if len(np.unique(wanted[rows])) > 1:
            values.append(measure(wanted[rows], answer[rows]))
    value = float(measure(wanted, answer))
    low, high = np.quantile(values, [0.025, 0.975]) if values else (value, value)
    return value, float(low), float(high)


def macro_recall(wanted: Array, answer: Array) -> float:
    return float(recall_score(wanted, answer, average="macro", zero_division=0))


def macro_f1(wanted: Array, answer: Array) -> float:
    return float(f1_score(wanted, answer, average="macro", zero_division=0))


def f1(wanted: Array, answer: Array) -> float:
    return float(f1_score(wanted, answer, zero_division=0))


def auc(wanted: Array, answer: Array) -> float:
    return float(roc_auc_score(wanted, answer))


def average_precision(wanted: Array, answer: Array) -> float:
    return float(average_precision_score(wanted, answer))


def accuracy(wanted: Array, answer: Array) -> float:
    return float((wanted == answer).mean())


def calibration_error(wanted: Array, probability: Array, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = [
        abs(wanted[place == b].mean() - probability[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def micro_f1(wanted: Array, answer: Array) -> float:
    return float(f1_score(wanted, answer, average="micro", zero_division=0))
