"""Score customers with the model in use; their reasons are exact shares of the score."""

import math

import pyarrow as pa

from ml.risk.learn.artefact import Artefact
from ml.risk.learn.calibration import Platt
from ml.risk.learn.features import FeatureList
from ml.risk.learn.rows import read
from ml.risk.score import Features, Scored, Weights, logistic, score, weights


def scored(table: pa.Table, artefact: Artefact | None, features: FeatureList) -> list[Scored]:
    """Score, band and reasons per row of a table, in its order.

    Without a trained model, or where too little was known to train one, the transparent score as
    it stands.

    Args:
        features: for the bands of a probability.

    Raises:
        BadFeatures: the table lacks a column the model reads.
    """
    if artefact is not None and artefact.card is not None:
        return artefact.card.scored(read(table, artefact.card.features), features)
    rules = weights()
    line = artefact.line if artefact else None
    if line is None:
        return [score(row, rules) for row in table.to_pylist()]
    return [_calibrated(row, rules, line, features) for row in table.to_pylist()]


def version_of(artefact: Artefact | None) -> str:
    """Whose scores these are: of the transparent score as it stands, the rules' own version."""
    if artefact is None or (artefact.card is None and artefact.line is None):
        return weights().version
    return artefact.version


def _calibrated(row: Features, rules: Weights, line: Platt, features: FeatureList) -> Scored:
    """The transparent score on a line to a probability; every share scales with its slope."""
    reasons = [
        {**reason, "contribution": line.slope * reason["contribution"]}
        for reason in score(row, rules).reasons
    ]
    base = line.slope * rules.base + line.offset
    value = logistic(base + math.fsum(reason["contribution"] for reason in reasons))
    return Scored(score=value, band=features.band(value), reasons=reasons)
