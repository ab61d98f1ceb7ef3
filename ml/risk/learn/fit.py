"""Fit one model on rows whose labels are known: strength, calibration, and the card itself.

How strong and how sure a model may be is learnt on forecasts of later rows, made from earlier ones;
then it is fitted once more with them, since the latest rows are the most like the next.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from ml.risk.learn.bins import Codes, cut
from ml.risk.learn.calibration import Platt, fit_platt, log_losses
from ml.risk.learn.families import Cards, Family
from ml.risk.learn.features import FEWEST, Feature
from ml.risk.learn.rows import HORIZON, Floats, Rows
from ml.risk.learn.scorecard import Scorecard

LATER = 0.3
"""Share of the instants that is kept for strength and calibration."""

FOLDS = 5
MOST_ROWS = 60_000
"""Rows a fit reads: all who left, and a fixed sample of the others that weighs as much as all."""

Split = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Positions to learn from, positions to forecast."""


@dataclass(frozen=True)
class Fitted:
    """A calibrated card, and how it came about."""

    card: Scorecard
    strength: float
    platt: Platt
    calibrated_on: str

    def as_json(self) -> dict[str, Any]:
        """How it came about; the card is kept apart."""
        return {
            "strength": self.strength,
            "slope": self.platt.slope,
            "offset": self.platt.offset,
            "calibrated_on": self.calibrated_on,
        }


def learnable(rows: Rows, at: np.datetime64) -> NDArray[np.bool_]:
    """Rows whose label was known at an instant: the embargo. Their 30 days were over by then."""
    return rows.known & (rows.as_of + np.timedelta64(HORIZON) <= at)


def is_enough(rows: Rows) -> bool:
    """Whether enough customers left, and enough stayed, to learn from or calibrate on."""
    stayed = np.unique(rows.customer[rows.churned == 0])
    return rows.churners >= FEWEST and len(stayed) >= FEWEST


def folds(rows: Rows) -> list[Split]:
    """Random folds of whole customers: all that can be done where there is one instant only."""
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=7)
    return list(splitter.split(np.zeros(len(rows)), rows.churned, rows.customer))


def later(rows: Rows) -> list[Split]:
    """The last instants, forecast from rows whose labels were known at the first of them.

    Empty where either side is too small.
    """
    instants = np.unique(rows.as_of)
    first = instants[-max(1, round(LATER * len(instants)))]
    known, asked = learnable(rows, first), rows.as_of >= first
    if not (is_enough(rows.take(known)) and is_enough(rows.take(asked))):
        return []
    return [(np.flatnonzero(known), np.flatnonzero(asked))]


def _sample(rows: Rows) -> tuple[Rows, Floats]:
    """At most MOST_ROWS of the rows, with weights that make up for those left out."""
    stayed = np.flatnonzero(rows.churned == 0)
    room = MOST_ROWS - (len(rows) - len(stayed))
    if len(stayed) <= max(room, MOST_ROWS // 2):
        return rows, np.ones(len(rows))
    kept = np.random.default_rng(7).choice(stayed, max(room, MOST_ROWS // 2), replace=False)
    chosen = np.sort(np.concatenate([np.flatnonzero(rows.churned == 1), kept]))
    weight = np.where(rows.churned[chosen] == 1, 1.0, len(stayed) / len(kept))
    return rows.take(chosen), weight


def _cards(
    rows: Rows, family: Family, features: list[Feature], strengths: tuple[float, ...]
) -> Cards:
    some, weight = _sample(rows)
    bins = tuple(cut(feature, some.values[feature.name]) for feature in features)
    codes: Codes = np.column_stack([b.codes(some.values[b.feature.name]) for b in bins])
    return family.fit(bins, codes, some.churned, weight, strengths)


def fit(rows: Rows, family: Family, features: list[Feature]) -> Fitted:
    """Fit a model.

    Args:
        rows: all with known labels, of both classes.
        features: at least one, each with more than one level.
    """
    splits, calibrated_on = later(rows), "later months"
    if not splits:
        splits, calibrated_on = folds(rows), "other customers"
    asked = np.concatenate([test for _, test in splits])
    held: dict[float, list[Floats]] = {strength: [] for strength in family.strengths}
    for known, test in splits:
        cards = _cards(rows.take(known), family, features, family.strengths)
        for strength, card in cards.items():
            held[strength].append(card.logits(rows.take(test)))
    best: tuple[float, float, Platt] | None = None
    for strength, parts in held.items():
        logits = np.concatenate(parts)
        platt = fit_platt(logits, rows.churned[asked])
        loss = float(log_losses(rows.churned[asked], platt(logits)).mean())
        if best is None or loss < best[0]:
            best = loss, strength, platt
    assert best is not None, "a family has at least one strength"
    _, strength, platt = best
    card = _cards(rows, family, features, (strength,))[strength]
    return Fitted(card.scaled(platt.slope, platt.offset), strength, platt, calibrated_on)
