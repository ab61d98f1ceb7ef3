"""Trained risk models, kept as they were: one folder per version, and which of them is in use."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ml.risk.learn.calibration import Platt
from ml.risk.learn.scorecard import Scorecard
from warehouse.durable import sync, sync_tree
from warehouse.settings import settings


class BadArtefact(ValueError):
    """A kept model cannot be read; the message names the file and the remedy."""


@dataclass(frozen=True)
class Artefact:
    """A model as it is used.

    Attributes:
        card: None where the transparent health score is used.
        line: from the health score to a probability; None where too little was known to learn it.
        sentence: which model it is and why, for a reader.
        basis: what it was learnt from, in short: where that is the same nothing is to be learnt.
    """

    version: str
    model: str
    sentence: str
    card: Scorecard | None
    line: Platt | None = None
    basis: str = ""


def folder() -> Path:
    """Where trained models are kept, one folder per version."""
    return settings().root / "models" / "risk"


def save(artefact: Artefact, report: dict[str, Any], target: Path) -> Path:
    """Keep a model under `<target>/<version>/` and name it as the one in use."""
    place = target / artefact.version
    place.mkdir(parents=True, exist_ok=True)
    stored = {
        "model": artefact.model,
        "sentence": artefact.sentence,
        "card": artefact.card.as_json() if artefact.card else None,
        "line": asdict(artefact.line) if artefact.line else None,
        "basis": artefact.basis,
    }
    for name, content in (("model", stored), ("report", report)):
        (place / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    sync_tree(place)
    staged = target / ".current"
    staged.write_text(artefact.version + "\n")
    sync(staged)
    staged.replace(target / "current")
    sync(target)
    return place


def report(target: Path, kept: Artefact) -> dict[str, Any]:
    """What was found when a kept model was learnt (backtest/assess.py).

    Raises:
        BadArtefact: it is not there, or not a report.
    """
    file = target / kept.version / "report.json"
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise BadArtefact(f"{file}: {error}; train the model again") from None
    return found


def load(target: Path) -> Artefact | None:
    """The model in use, or None where none was ever trained.

    Raises:
        BadArtefact: what `current` names is not there, or not a model.
    """
    pointer = target / "current"
    if not pointer.exists():
        return None
    file = target / pointer.read_text().strip() / "model.json"
    try:
        stored = json.loads(file.read_text())
        card = None if stored["card"] is None else Scorecard.from_json(stored["card"])
        line = None if stored["line"] is None else Platt(**stored["line"])
        return Artefact(
            file.parent.name, stored["model"], stored["sentence"], card, line, stored["basis"]
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadArtefact(f"{file}: {error}; train the model again") from None
