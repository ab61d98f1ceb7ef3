"""The models that may be fitted, each a table of points: regularised logistic, boosting.

Boosting may not mix features (`no_interactions`), so that its contributions are exact and it is a
table that anyone can read. Measured on labelled tables this cost nothing beyond noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer

from ml.risk.learn.bins import Bins, Codes
from ml.risk.learn.rows import Floats
from ml.risk.learn.scorecard import Scorecard, centred

KNOTS = 5
LEARNING_RATE = 0.1

Cards = dict[float, Scorecard]
"""One card per strength."""


@dataclass(frozen=True)
class Family:
    """A way to fit, and its strengths from the most regularised to the least."""

    name: str
    strengths: tuple[float, ...]
    fit: Callable[[tuple[Bins, ...], Codes, Floats, Floats, Sequence[float]], Cards]


def _basis(bins: Bins, codes: Codes) -> Floats:
    """Columns for each level, [levels, columns]: a spline over a number's ranks, or one each."""
    if bins.feature.kind == "category" or bins.levels <= KNOTS:
        return np.eye(bins.levels)
    numbers = bins.levels - 1
    count = np.bincount(codes, minlength=bins.levels)[:numbers]
    ranks = (np.cumsum(count) - count / 2) / max(1, count.sum())
    spline = SplineTransformer(n_knots=KNOTS, degree=3).fit(np.array([[0.0], [1.0]]))
    found = np.zeros((bins.levels, KNOTS + 3))
    found[:numbers, :-1] = spline.transform(ranks[:, None])
    found[numbers, -1] = 1.0
    return found


def fit_logistic(
    bins: tuple[Bins, ...],
    codes: Codes,
    churned: Floats,
    weight: Floats,
    strengths: Sequence[float],
) -> Cards:
    """L2 logistic regression on smooth functions of each feature; strengths are inverse penalties.

    Args:
        codes: levels, [rows, features].
        weight: one per row.
    """
    bases = [_basis(mine, codes[:, place]) for place, mine in enumerate(bins)]
    x = sparse.hstack(
        [sparse.csr_array(basis)[codes[:, place]] for place, basis in enumerate(bases)],
        format="csr",
    )
    ends = np.cumsum([basis.shape[1] for basis in bases])[:-1]
    cards = {}
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=1000).fit(x, churned, sample_weight=weight)
        raw = [
            basis @ part for basis, part in zip(bases, np.split(model.coef_[0], ends), strict=True)
        ]
        cards[strength] = centred(float(model.intercept_[0]), bins, raw, codes, weight)
    return cards


def _boosting_input(bins: tuple[Bins, ...], codes: Codes) -> Floats:
    """Levels as numbers; an unknown number is NaN, so that it has no place in their order."""
    x = codes.astype(float)
    for place, mine in enumerate(bins):
        if mine.feature.kind == "number":
            x[codes[:, place] == mine.unknown, place] = np.nan
    return x


def fit_boosting(
    bins: tuple[Bins, ...],
    codes: Codes,
    churned: Floats,
    weight: Floats,
    strengths: Sequence[float],
) -> Cards:
    """Gradient boosting of single features; strengths are numbers of trees.

    Without interactions the log-odds are a sum of one function per feature, which is read off by
    changing one feature at a time.
    """
    x = _boosting_input(bins, codes)
    x[:, np.isnan(x).all(axis=0)] = 0.0  # never known yet: scikit-learn wants some value
    model = HistGradientBoostingClassifier(
        interaction_cst="no_interactions",
        categorical_features=[mine.feature.kind == "category" for mine in bins],
        learning_rate=LEARNING_RATE,
        max_iter=int(max(strengths)),
        max_leaf_nodes=4,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(x, churned, sample_weight=weight)
    asked = np.zeros((1 + sum(mine.levels for mine in bins), len(bins)), dtype=np.int16)
    starts = np.cumsum([1] + [mine.levels for mine in bins])
    for place, mine in enumerate(bins):
        asked[starts[place] : starts[place + 1], place] = np.arange(mine.levels)
    cards = {}
    for trees, answer in enumerate(model.staged_decision_function(_boosting_input(bins, asked)), 1):
        if trees in strengths:
            flat = np.ravel(answer)
            raw = [part - flat[0] for part in np.split(flat[1:], starts[1:-1] - 1)]
            cards[float(trees)] = centred(float(flat[0]), bins, raw, codes, weight)
    return cards


LOGISTIC = Family("logistic", (0.003, 0.03, 0.3, 3.0), fit_logistic)
BOOSTING = Family("boosting", (25, 50, 100, 200), fit_boosting)
