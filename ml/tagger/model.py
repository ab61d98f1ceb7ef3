"""The artefact that serves: `models/support-tagger/`, checked and loaded once per process."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.tagger import student
from ml.tagger.errors import BadModel as BadModel
from ml.tagger.labels import COLUMNS, HEADS, columns
from ml.tagger.runtime import Floats, Runner
from ml.tagger.student import Student
from ml.tagger.swap import heads as swap
from ml.tagger.swap.heads import Swap
from warehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "models" / "support-tagger"
GRAPH, TOKENIZER, CONFIG, LABELS = "model.onnx", "tokenizer.json", "config.json", "labels.json"
STUDENT = "student.npz"
PROBABILITIES, EMBEDDING = "probabilities", "embedding"


@dataclass(frozen=True)
class Model:
    """A loaded tagger.

    Attributes:
        version: `support-tagger-<number>-<first 8 hex digits of the graph's sha256>`, then
            `+<version>` of each swap.
        priors: how often each signal occurs in the calibration texts; the answer for texts in a
            language the model does not know.
        thresholds: probability from which a topic is listed.
        vocabulary: whole words of the tokenizer, lower case.
        student: answers by static vectors (student.py), where the artefact holds one.
        swaps: checkpoints that answer (parts of) heads instead (swap.py).
    """

    version: str
    runner: Runner
    priors: dict[str, float]
    thresholds: dict[str, float]
    vocabulary: frozenset[str]
    student: Student | None
    swaps: tuple[Swap, ...] = ()

    @property
    def encoder_version(self) -> str:
        """Whose embeddings these are: no swap changes them."""
        return self.version.partition("+")[0]

    def probabilities(self, texts: list[str], *, cascade: bool = False) -> dict[str, Floats]:
        """Calibrated probabilities by head, [n, labels], for normalised, not empty texts.

        Args:
            cascade: let the student answer what it is sure of, the transformer the rest.

        Raises:
            BadModel: a cascade is wanted and the artefact holds no student, or a checkpoint
                cannot be run.
        """
        answers = self._cascade(texts) if cascade else self.runner.run(texts, PROBABILITIES)
        return self._by_head(texts, answers)

    def answers(self, texts: list[str]) -> tuple[dict[str, Floats], Floats]:
        """What `probabilities` and `embeddings` say, in one pass."""
        found = self.runner.run(texts, PROBABILITIES, EMBEDDING)
        return self._by_head(texts, found[:, : len(COLUMNS)]), found[:, len(COLUMNS) :]

    def embeddings(self, texts: list[str]) -> Floats:
        """Embeddings of length 1, [n, 384], for normalised, not empty texts."""
        return self.runner.run(texts, EMBEDDING)

    def pieces(self, texts: list[str]) -> list[list[int]]:
        """Token ids by text, for normalised, not empty texts."""
        return [encoding.ids for encoding in self.runner.encode(texts)]

    def _by_head(self, texts: list[str], answers: Floats) -> dict[str, Floats]:
        heads = {head: answers[:, columns(head)] for head in HEADS}
        swap.apply(self.swaps, texts, heads)
        return heads

    def _cascade(self, texts: list[str]) -> Floats:
        if self.student is None:
            raise BadModel(
                f"{FOLDER / STUDENT} is missing: this model has no cascade; "
                "unset HEEDLINE_TAGGER_CASCADE, or make a student by ml/tagger/train.py"
            )
        if not texts:
            return np.zeros((0, len(COLUMNS)), dtype=np.float32)
        encodings = self.runner.encode(texts)
        answers, agreeing = self.student.probabilities([e.ids for e in encodings])
        unsure = np.flatnonzero(agreeing < self.student.cut)
        if len(unsure):
            rest = [encodings[place] for place in unsure]
            answers[unsure] = self.runner.answer(rest, PROBABILITIES)
        return answers


def load(folder: Path = FOLDER) -> Model:
    """Load a tagger, with what `tagger.yml` swaps.

    Raises:
        BadModel: a file is missing, the labels are not those of `ml/tagger/labels.py`, or what
            `tagger.yml` says cannot be done.
    """
    tagger = _built_in(folder)
    thresholds = dict(tagger.thresholds)
    swaps = swap.load()
    for swapped in swaps:
        thresholds |= swapped.thresholds
    version = "+".join([tagger.version, *(swapped.version for swapped in swaps)])
    return replace(tagger, version=version, thresholds=thresholds, swaps=swaps)


@lru_cache(maxsize=2)
def _built_in(folder: Path) -> Model:
    for name in (GRAPH, TOKENIZER, CONFIG, LABELS):
        if not (folder / name).exists():
            raise BadModel(f"{folder / name} is missing; restore it or run ml/tagger/train.py")
    config = json.loads((folder / CONFIG).read_text())
    labels = json.loads((folder / LABELS).read_text())
    if {head: tuple(names) for head, names in labels["heads"].items()} != HEADS:
        raise BadModel(f"{folder / LABELS}: heads differ from ml/tagger/labels.py; train again")
    digest = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
    runner = Runner(folder / GRAPH, folder / TOKENIZER)
    words = runner.tokenizer.get_vocab()
    return Model(
        version=f"{config['name']}-{config['number']}-{digest[:8]}",
        runner=runner,
        priors=labels["priors"],
        thresholds=labels["thresholds"],
        vocabulary=frozenset(word for word in words if word.isalpha() and len(word) > 1),
        student=student.load(folder / STUDENT) if (folder / STUDENT).exists() else None,
    )
