"""The artefact that serves: `models/support-tagger/`, checked and loaded once per process."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ml.tagger.labels import HEADS
from ml.tagger.runtime import Floats, Runner
from warehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "models" / "support-tagger"
GRAPH, TOKENIZER, CONFIG, LABELS = "model.onnx", "tokenizer.json", "config.json", "labels.json"


class BadModel(RuntimeError):
    """The artefact is incomplete or does not answer in our labels."""


@dataclass(frozen=True)
class Model:
    """A loaded tagger.

    Attributes:
        version: `support-tagger-<number>-<first 8 hex digits of the graph's sha256>`.
        priors: how often each signal occurs in the calibration texts; the answer for texts in a
            language the model does not know.
        thresholds: probability from which a topic is listed.
        vocabulary: whole words of the tokenizer, lower case.
    """

    version: str
    runner: Runner
    priors: dict[str, float]
    thresholds: dict[str, float]
    vocabulary: frozenset[str]

    def probabilities(self, texts: list[str]) -> dict[str, Floats]:
        """Calibrated probabilities by head, [n, labels], for normalised, not empty texts."""
        answers, start = self.runner.run(texts), 0
        by_head: dict[str, Floats] = {}
        for head, labels in HEADS.items():
            by_head[head] = answers[:, start : start + len(labels)]
            start += len(labels)
        return by_head


@lru_cache(maxsize=2)
def load(folder: Path = FOLDER) -> Model:
    """Load a tagger.

    Raises:
        BadModel: a file is missing, or the labels are not those of `ml/tagger/labels.py`.
    """
    for name in (GRAPH, TOKENIZER, CONFIG, LABELS):
        if not (folder / name).exists():
            raise BadModel(f"{folder / name} is missing; restore it or run ml/tagger/train.py")
    config = json.loads((folder / CONFIG).read_text())
    labels = json.loads((folder / LABELS).read_text())
    if {head: tuple(names) for head, names in labels["heads"].items()} != HEADS:
        raise BadModel(f"{folder / LABELS}: heads differ from ml/tagger/labels.py; train again")
    digest = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
    runner = Runner(folder / GRAPH, folder / TOKENIZER, "probabilities")
    words = runner.tokenizer.get_vocab()
    return Model(
        version=f"{config['name']}-{config['number']}-{digest[:8]}",
        runner=runner,
        priors=labels["priors"],
        thresholds=labels["thresholds"],
        vocabulary=frozenset(word for word in words if word.isalpha() and len(word) > 1),
    )
