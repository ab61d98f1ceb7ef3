"""A company's own topics, from a name and a few examples each: a head on the tagger's embedding.

The head is a regularised softmax over the company's topics, fitted in seconds on the embeddings of
its examples; the encoder is not touched, so one pass answers both. What it says is believed from a
confidence on that wrongly turns away at most `FALSE_ALARMS` of the company's own examples when
they were not learnt from.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from ml.tagger.model import Model
from ml.tagger.text import normalise
from warehouse.settings import settings

Floats = NDArray[np.float32]

FEWEST = 5
"""Examples a topic needs."""

FALSE_ALARMS = 0.02
FOLDS = 5
STRENGTH = 100.0
"""Inverse of the L2 penalty, on embeddings of length 1."""


class BadTopics(ValueError):
    """The file of topics cannot be used; the message names topic and remedy."""


@dataclass(frozen=True)
class Score:
    """How good the head was on examples it had not learnt from, over `folds` folds."""

    accuracy: float
    macro_f1: float
    examples: int
    topics: int
    folds: int


@dataclass(frozen=True)
class Head:
    """A fitted head: its topics, weights [topics, 384], biases, and from where it is believed."""

    version: str
    names: list[str]
    weights: Floats
    bias: Floats
    cut: float
    score: Score

    def probabilities(self, embeddings: Floats) -> Floats:
        """Softmax over the own topics [n, topics]."""
        found: Floats = softmax(embeddings @ self.weights.T + self.bias, axis=1)
        return found

    def best(self, embeddings: Floats) -> list[tuple[str | None, float]]:
        """Per text the best topic, None where the head is not sure enough, and its probability."""
        found = self.probabilities(embeddings)
        place = found.argmax(axis=1)
        return [
            (self.names[p] if row[p] >= self.cut else None, round(float(row[p]), 4))
            for p, row in zip(place, found, strict=True)
        ]


def default_file() -> Path:
    return settings().root / "topics.yml"


def folder() -> Path:
    """Where trained heads are kept, one folder per version."""
    return settings().root / "models" / "own_topics"


def read(file: Path) -> dict[str, list[str]]:
    """Topics and their examples, normalised, doubles dropped.

    Raises:
        BadTopics: the file is missing or not of the form of `ml/tagger/topics.yml`.
    """
    try:
        loaded: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadTopics(f"{file} is not there; copy ml/tagger/topics.yml and fill it in") from None
    except yaml.YAMLError as error:
        raise BadTopics(f"{file}: {error}") from None
    topics = loaded.get("topics") if isinstance(loaded, dict) else None
    if not isinstance(topics, dict) or not topics:
        raise BadTopics(f"{file}: `topics:` must map names to lists of examples")
    found: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for name, examples in topics.items():
        if not isinstance(examples, list) or not all(isinstance(e, str) for e in examples):
            raise BadTopics(f"{file}: examples of {name!r} must be a list of texts")
        texts = list(dict.fromkeys(filter(None, map(normalise, examples))))
        if len(texts) < FEWEST:
            raise BadTopics(
                f"{file}: {name!r} has {len(texts)} different examples; {FEWEST} at least"
            )
        for text in texts:
            if owner.setdefault(text, name) != name:
                raise BadTopics(
                    f"{file}: {text!r} is an example of {owner[text]!r} and of {name!r}"
                )
        found[str(name)] = texts
    if len(found) < 2:
        raise BadTopics(f"{file}: two topics at least, so that they can be told apart")
    return found


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=500)


def fit(topics: dict[str, list[str]], tagger: Model) -> Head:
    """Fit a head and score it by cross-validation.

    Args:
        topics: names and examples as `read` gives them.
    """
    names = sorted(topics)
    texts = [text for name in names for text in topics[name]]
    wanted = np.array([n for n, name in enumerate(names) for _ in topics[name]])
    x = tagger.embeddings(texts)
    folds = min(FOLDS, min(len(topics[name]) for name in names))
    split = StratifiedKFold(folds, shuffle=True, random_state=7)
    held = cross_val_predict(_classifier(), x, wanted, cv=split, method="predict_proba")
    guess = held.argmax(axis=1)
    score = Score(
        accuracy=round(float((guess == wanted).mean()), 4),
        macro_f1=round(float(f1_score(wanted, guess, average="macro")), 4),
        examples=len(texts),
        topics=len(names),
        folds=folds,
    )
    model = _classifier().fit(x, wanted)
    two = len(names) == 2  # scikit-learn keeps one row of weights for two classes
    weights = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
    bias = (
        np.concatenate([-model.intercept_ / 2, model.intercept_ / 2]) if two else model.intercept_
    )
    digest = hashlib.sha256(json.dumps([tagger.version, topics], sort_keys=True).encode())
    return Head(
        version=f"own-topics-{digest.hexdigest()[:12]}",
        names=names,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        cut=round(float(np.quantile(held.max(axis=1), FALSE_ALARMS)), 4),
        score=score,
    )


def save(head: Head, target: Path) -> Path:
    """Keep a head under `<target>/<version>/` and name it as the one in use."""
    place = target / head.version
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / "head.npz", weights=head.weights, bias=head.bias)
    facts = {"names": head.names, "cut": head.cut, "score": asdict(head.score)}
    (place / "head.json").write_text(json.dumps(facts, indent=2) + "\n")
    staged = target / ".current"
    staged.write_text(head.version + "\n")
    staged.replace(target / "current")
    return place


def load(target: Path) -> Head | None:
    """The head in use, or None where a company has no topics of its own."""
    pointer = target / "current"
    if not pointer.exists():
        return None
    version = pointer.read_text().strip()
    stored = np.load(target / version / "head.npz")
    facts = json.loads((target / version / "head.json").read_text())
    score = Score(**facts["score"])
    return Head(version, facts["names"], stored["weights"], stored["bias"], facts["cut"], score)
