"""A company's own topics, from a name and a few examples each: a head on the tagger's embedding.

The head is a regularised softmax over the company's topics and "none of them", fitted in seconds on
the embeddings of its examples; the encoder is not touched, so one pass answers both. What none of
them looks like is learnt from texts of our own (`ml/tagger/data`): without these a head of a few
topics believes four times as many texts that are about something else. What it says is believed
from a confidence on that wrongly turns away at most `FALSE_ALARMS` of the company's own examples
when they were not learnt from.
"""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from ml.tagger.examples import own_rows
from ml.tagger.labels import TOPICS
from ml.tagger.model import Model
from ml.tagger.text import normalise
from warehouse.settings import settings

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

FEWEST = 5
"""Examples a topic needs."""

FALSE_ALARMS = 0.02
FOLDS = 5
STRENGTH = 100.0
"""Inverse of the L2 penalty, on embeddings of length 1."""

METHOD = 2
"""Counts up with every change of how a head is fitted, so that versions differ."""

OTHERS = 1000
"""Texts of other topics that a head learns from, each weighing `OTHERS_WEIGHT` of an example."""

OTHERS_WEIGHT = 0.1


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
    """A fitted head: its topics, weights [topics + 1, 384], biases, and from where it is believed.

    Attributes:
        tagger_version: on whose embeddings it was fitted; it says nothing about another's.
        topics: names and the examples it learnt from.
        weights: one row per topic in order of name, the last is "none of them".
    """

    version: str
    tagger_version: str
    topics: dict[str, list[str]]
    weights: Floats
    bias: Floats
    cut: float
    score: Score

    @cached_property
    def names(self) -> list[str]:
        return sorted(self.topics)

    def probabilities(self, embeddings: Floats) -> Floats:
        """Softmax over the own topics and none of them, [n, topics + 1]."""
        found: Floats = softmax(embeddings @ self.weights.T + self.bias, axis=1)
        return found

    def best(self, embeddings: Floats) -> list[tuple[str | None, float]]:
        """Per text the best topic, None where it is more likely none or the head is not sure
        enough, and the topic's probability."""
        found = self.probabilities(embeddings)
        topics, none = found[:, :-1], found[:, -1]
        return [
            (
                self.names[place] if row[place] >= max(self.cut, other) else None,
                round(row[place], 4),
            )
            for place, row, other in zip(
                topics.argmax(axis=1), topics.tolist(), none.tolist(), strict=True
            )
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
        if name in TOPICS:
            raise BadTopics(f"{file}: {name!r} is a built-in topic; give yours another name")
        found[str(name)] = texts
    return found


@lru_cache(maxsize=1)
def others() -> tuple[str, ...]:
    """Texts about something else, the same ones always: every so-manieth of our own."""
    texts = [normalise(row["text"]) for _, row in own_rows()]
    return tuple(texts[:: max(1, len(texts) // OTHERS)][:OTHERS])


def _fitted(x: Floats, wanted: NDArray[np.intp], none: int) -> LogisticRegression:
    weight = np.where(wanted == none, OTHERS_WEIGHT, 1.0)
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(x, wanted, sample_weight=weight)


def fit(topics: dict[str, list[str]], tagger: Model) -> Head:
    """Fit a head and score it by cross-validation.

    Args:
        topics: names and examples as `read` gives them.
    """
    names = sorted(topics)
    texts = [text for name in names for text in topics[name]]
    mine, none = len(texts), len(names)
    wanted = np.array(
        [n for n, name in enumerate(names) for _ in topics[name]] + [none] * len(others())
    )
    x = tagger.embeddings([*texts, *others()])
    folds = min(FOLDS, min(len(topics[name]) for name in names))
    held = np.zeros((len(x), none + 1))
    for known, asked in StratifiedKFold(folds, shuffle=True, random_state=7).split(x, wanted):
        held[asked] = _fitted(x[known], wanted[known], none).predict_proba(x[asked])
    guess = held[:mine].argmax(axis=1)
    score = Score(
        accuracy=round(float((guess == wanted[:mine]).mean()), 4),
        macro_f1=round(
            float(f1_score(wanted[:mine], guess, labels=range(none), average="macro")), 4
        ),
        examples=mine,
        topics=len(names),
        folds=folds,
    )
    model = _fitted(x, wanted, none)
    two = len(names) == 1  # scikit-learn keeps one row of weights for two classes
    weights = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
    bias = (
        np.concatenate([-model.intercept_ / 2, model.intercept_ / 2]) if two else model.intercept_
    )
    digest = hashlib.sha256(json.dumps([METHOD, tagger.version, topics], sort_keys=True).encode())
    return Head(
        version=f"own-topics-{digest.hexdigest()[:12]}",
        tagger_version=tagger.version,
        topics=topics,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        cut=round(float(np.quantile(held[:mine, :-1].max(axis=1), FALSE_ALARMS)), 4),
        score=score,
    )


def save(head: Head, target: Path) -> Path:
    """Keep a head under `<target>/<version>/` and name it as the one in use."""
    place = target / head.version
    place.mkdir(parents=True, exist_ok=True)
    np.savez(place / "head.npz", weights=head.weights, bias=head.bias)
    facts = {
        "tagger_version": head.tagger_version,
        "topics": head.topics,
        "cut": head.cut,
        "score": asdict(head.score),
    }
    (place / "head.json").write_text(json.dumps(facts, indent=2) + "\n")
    staged = target / ".current"
    staged.write_text(head.version + "\n")
    staged.replace(target / "current")
    return place


def load(target: Path, tagger: Model) -> Head | None:
    """The head in use, or None where a company has no topics of its own.

    One that was fitted for another tagger is fitted again, from the examples kept with it.

    Raises:
        BadTopics: what `current` names is not there.
    """
    pointer = target / "current"
    if not pointer.exists():
        return None
    place = target / pointer.read_text().strip()
    try:
        stored = np.load(place / "head.npz")
        facts = json.loads((place / "head.json").read_text())
        head = Head(
            version=place.name,
            **facts | {"score": Score(**facts["score"])},
            weights=stored["weights"],
            bias=stored["bias"],
        )
    except (FileNotFoundError, TypeError, KeyError) as error:
        raise BadTopics(f"{place}: {error}; run `heedline topics train` again") from None
    if head.tagger_version != tagger.version:
        log.info("own topics: %s was of %s, fitted again", head.version, head.tagger_version)
        head = fit(head.topics, tagger)
        save(head, target)
    return head
