"""Forecasts as they would have been made: at each instant, from what was known by then."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.risk.learn.calibration import fit_platt
from ml.risk.learn.families import BOOSTING, LOGISTIC
from ml.risk.learn.features import Feature
from ml.risk.learn.fit import Split, fit, folds, is_enough, learnable
from ml.risk.learn.rows import Floats, Rows

BASE_RATE = "base rate"
HEALTH = "health score"
FAMILIES = {family.name: family for family in (LOGISTIC, BOOSTING)}
MODELS = (HEALTH, *FAMILIES)
"""From the simplest on. The base rate stands beside them: it ranks nobody."""


@dataclass(frozen=True)
class Forecasts:
    """What was forecast of rows that no model had seen.

    Attributes:
        rows: those forecast, all with known labels.
        logits: log-odds per model, one per row.
        is_timed: forecast from the past, not from other customers of the same instant.
    """

    rows: Rows
    logits: dict[str, Floats]
    is_timed: bool


def origins(rows: Rows) -> list[Split]:
    """Per instant with labels: the rows to learn from, known by then, and its own.

    Instants before enough is known stay out. Where all rows are of one instant,
    folds of customers take the place of time.

    Args:
        rows: all with known labels.
    """
    instants = np.unique(rows.as_of)
    if len(instants) == 1:
        return folds(rows)
    found = []
    for at in instants:
        known = learnable(rows, at)
        if is_enough(rows.take(known)):
            found.append((np.flatnonzero(known), np.flatnonzero(rows.as_of == at)))
    return found


def _forecast(known: Rows, asked: Rows, features: list[Feature]) -> Iterator[tuple[str, Floats]]:
    rate = float(known.churned.mean())
    yield BASE_RATE, np.full(len(asked), np.log(rate / (1 - rate)))
    if known.health is not None and asked.health is not None:
        yield HEALTH, fit_platt(known.health, known.churned)(asked.health)
    for name, family in FAMILIES.items():
        yield name, fit(known, family, features).card.logits(asked)


def forecast(rows: Rows, features: list[Feature]) -> Forecasts | None:
    """Fit every model anew at every origin and forecast it; None where there is none to forecast.

    The health score is as it stands; only its line to a probability is learnt.

    Args:
        rows: all with known labels, of both classes.
        features: those a model may use, at least one.
    """
    parts: dict[str, list[Floats]] = {}
    places = []
    for known, asked in origins(rows):
        places.append(asked)
        for name, logits in _forecast(rows.take(known), rows.take(asked), features):
            parts.setdefault(name, []).append(logits)
    if not places:
        return None
    return Forecasts(
        rows.take(np.concatenate(places)),
        {name: np.concatenate(logits) for name, logits in parts.items()},
        is_timed=len(np.unique(rows.as_of)) > 1,
    )
