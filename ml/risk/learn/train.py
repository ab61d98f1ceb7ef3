"""Train the risk model: back-test, choose, fit on all that is known, keep."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ml.risk.backtest.assess import Assessment, assess
from ml.risk.backtest.origins import FAMILIES
from ml.risk.learn.artefact import Artefact, save
from ml.risk.learn.calibration import fit_platt
from ml.risk.learn.features import FeatureList
from ml.risk.learn.fit import fit
from ml.risk.learn.rows import Rows
from ml.risk.score import weights

METHOD = 1
"""Counts up with every change of how a model is fitted or chosen, so that versions differ."""


@dataclass(frozen=True)
class Trained:
    """The model kept, and how good it would have been."""

    artefact: Artefact
    report: Assessment


def basis_of(features: FeatureList, known_until: str) -> str:
    """What a model would be learnt from, in short.

    Args:
        known_until: the last instant of which it is known who left after it.
    """
    how = json.dumps([METHOD, weights().digest, features.model_dump(mode="json")])
    return f"{hashlib.sha256(how.encode()).hexdigest()[:12]} {known_until}"


def _version(rows: Rows, basis: str) -> str:
    """Named after what it was learnt from, so that the same rows give the same version."""
    digest = hashlib.sha256(basis.encode())
    for values in (rows.customer.astype(np.int64), rows.as_of, rows.churned):
        digest.update(values.tobytes())
    for name, values in sorted(rows.values.items()):
        as_bytes = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
        digest.update(name.encode() + as_bytes)
    return f"risk-{METHOD}-{digest.hexdigest()[:12]}"


def train(table: pa.Table, features: FeatureList, target: Path, basis: str = "") -> Trained:
    """Choose and fit a model on a table of features and keep it as the one in use.

    Where too little is known the transparent score is used as it stands; where it is as good as a
    learned one, it is only calibrated. The artefact says which, and why.

    Args:
        target: as `artefact.folder()`.
        basis: as `basis_of` says, kept with the model.

    Raises:
        BadFeatures: the table is not of the form that `read` needs.
    """
    basis = basis or basis_of(features, "")
    found = assess(table, features)
    family = FAMILIES.get(found.report.model)
    fitted = fit(found.rows, family, list(found.features)) if family else None
    line = None
    if fitted is None and found.report.measures and found.rows.health is not None:
        line = fit_platt(found.rows.health, found.rows.churned)
    artefact = Artefact(
        version=_version(found.rows, basis),
        model=found.report.model,
        sentence=found.report.sentence,
        card=fitted.card if fitted else None,
        line=line,
        basis=basis,
    )
    save(artefact, found.report.as_json() | {"fit": fitted.as_json() if fitted else None}, target)
    return Trained(artefact, found.report)
