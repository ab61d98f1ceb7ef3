"""A company's own topics, from a name and a few examples each: a head on embedding and words.

The head is a softmax over the company's topics and "none of them" (fit.py) on the tagger's
embedding and the text's words (words.py); the encoder is not touched, so one pass answers both.
"""

import json
import logging
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from ml.tagger.labels import TOPICS
from ml.tagger.model import Model
from ml.tagger.own_topics.words import Pieces, Words
from ml.tagger.text import normalise
from warehouse.settings import settings

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

FEWEST = 5
"""Examples a topic needs."""

METHOD = 5
"""Counts up with every change of how a head is fitted, so that versions differ."""


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


def evidence(logits: NDArray[Any]) -> NDArray[Any]:
    """How much speaks for any of the topics, [n]: log of the sum over them ("energy").

    Unlike a probability it does not forget how little a text is like anything that was learnt:
    of texts about something else it turns away more, and fewer that belong (docs/decisions.md).

    Args:
        logits: [n, topics + 1], the last of "none of them".
    """
    found: NDArray[Any] = logsumexp(logits[:, :-1], axis=1)
    return found


@dataclass(frozen=True)
class Head:
    """A fitted head: its topics, words, weights, biases, and from where it is believed.

    Attributes:
        tagger_version: on whose embeddings it was fitted; it says nothing about another's.
        topics: names and the examples it learnt from.
        weights: [topics + 1, 384 + words], one row per topic in order of name, the last is "none
            of them"; the embedding's come first.
        cut: evidence from which it is believed.
    """

    version: str
    tagger_version: str
    topics: dict[str, list[str]]
    words: Words
    weights: Floats
    bias: Floats
    cut: float
    score: Score

    @cached_property
    def names(self) -> list[str]:
        return sorted(self.topics)

    def logits(self, embeddings: Floats, pieces: Pieces) -> Floats:
        """Log-odds of the own topics and none of them, [n, topics + 1], up to a constant.

        Args:
            embeddings, pieces: of the same texts, as `Model` gives them.
        """
        width = embeddings.shape[1]
        found: Floats = embeddings @ self.weights[:, :width].T + self.bias
        found += self.words.features(pieces) @ self.weights[:, width:].T
        return found

    def best(self, embeddings: Floats, pieces: Pieces) -> list[tuple[str | None, float]]:
        """Per text the best topic, None where it is more likely none or too little speaks for any,
        and the topic's probability."""
        logits = self.logits(embeddings, pieces)
        enough = evidence(logits) >= self.cut
        found = softmax(logits, axis=1)
        return [
            (self.names[place] if sure and row[place] >= row[-1] else None, round(row[place], 4))
            for place, row, sure in zip(
                found[:, :-1].argmax(axis=1), found.tolist(), enough.tolist(), strict=True
            )
        ]


def default_file() -> Path:
    return settings().root / "topics.yml"


def folder() -> Path:
    """Where trained heads are kept, one folder per version."""
    return settings().root / "models" / "own_topics"


def read(file: Path, said: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
    """Topics and their examples, normalised, doubles dropped.

    Args:
        said: further examples by topic, of people who corrected texts; those of topics that are
            not in the file are left.

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
        examples = [*examples, *(said or {}).get(str(name), [])]
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


def save(head: Head, target: Path) -> Path:
    """Keep a head under `<target>/<version>/` and name it as the one in use."""
    place = target / head.version
    place.mkdir(parents=True, exist_ok=True)
    np.savez(
        place / "head.npz",
        weights=head.weights,
        bias=head.bias,
        ids=head.words.ids,
        rarity=head.words.rarity,
    )
    facts = {
        "method": METHOD,
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

    One that was fitted for another tagger, or otherwise than heads are now, is fitted again, from
    the examples kept with it.

    Raises:
        BadTopics: what `current` names is not there.
    """
    pointer = target / "current"
    if not pointer.exists():
        return None
    place = target / pointer.read_text().strip()
    try:
        facts = json.loads((place / "head.json").read_text())
        made_for = (facts.pop("method", None), facts["tagger_version"])
        if made_for == (METHOD, tagger.encoder_version):
            return _stored(place, facts)
        topics = facts["topics"]
    except (FileNotFoundError, TypeError, KeyError) as error:
        raise BadTopics(f"{place}: {error}; run `heedline topics train` again") from None
    log.info("own topics: %s was made for %s, fitted again", place.name, facts["tagger_version"])
    from ml.tagger.own_topics.fit import fit  # brings scikit-learn, which serving does without

    head = fit(topics, tagger)
    save(head, target)
    return head


def _stored(place: Path, facts: dict[str, Any]) -> Head:
    stored = np.load(place / "head.npz")
    return Head(
        version=place.name,
        **facts | {"score": Score(**facts["score"])},
        words=Words(stored["ids"], stored["rarity"]),
        weights=stored["weights"],
        bias=stored["bias"],
    )
