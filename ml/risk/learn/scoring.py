"""Score customers with the model in use; their reasons are exact shares of the score."""

import math
from dataclasses import replace

import pyarrow as pa

from ml.risk.learn.artefact import Artefact
from ml.risk.learn.calibration import Platt
from ml.risk.learn.features import FeatureList
from ml.risk.learn.rows import read
from ml.risk.score import Features, Scored, Weights, logistic, score, weights


def scored(table: pa.Table, artefact: Artefact | None, features: FeatureList) -> list[Scored]:
    """Score, band, reasons and baseline per row of a table, in its order.

    Without a trained model, or where too little was known to train one, the transparent score as
    it stands.

    Args:
        features: for the bands of a probability.

    Raises:
        BadFeatures: the table lacks a column the model reads.
    """
    rules = weights()
    if artefact is not None and artefact.card is not None:
        found = artefact.card.scored(read(table, artefact.card.features), features)
        return [
            replace(one, baseline=score(row, rules).score)
            for one, row in zip(found, table.to_pylist(), strict=True)
        ]
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
    plain = score(row, rules)
    reasons = [
        {**reason, "contribution": line.slope * reason["contribution"]} for reason in plain.reasons
    ]
    base = line.slope * rules.base + line.offset
    value = logistic(base + math.fsum(reason["contribution"] for reason in reasons))
    return Scored(value, features.band(value), reasons, plain.baseline)
