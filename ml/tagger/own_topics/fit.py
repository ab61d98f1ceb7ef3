"""Fit a head of own topics: a regularised softmax on embedding and words of their examples.

What none of them looks like is learnt from texts of our own (`ml/tagger/data`): without these a
head of a few topics believes three to five times as many texts about something else. It is believed
where as much speaks for its topics as for all but `FALSE_ALARMS` of the examples, when they were
not learnt from.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from ml.tagger.model import Model
from ml.tagger.own_topics import words
from ml.tagger.own_topics.head import METHOD, Floats, Head, Score, evidence
from ml.tagger.text import normalise
from ml.tagger.training.examples import own_rows

FALSE_ALARMS = 0.01
FOLDS = 5
STRENGTH = 30.0
"""Inverse of the L2 penalty, on embeddings of length 1."""

OTHERS = 500
"""Texts of other topics that a head learns from; together they weigh as much as one topic."""


@lru_cache(maxsize=1)
def others() -> tuple[str, ...]:
    """Texts about something else, the same ones always: every so-manieth of our own."""
    texts = [normalise(row["text"]) for _, row in own_rows()]
    return tuple(texts[:: max(1, len(texts) // OTHERS)][:OTHERS])


def _fitted(x: Any, wanted: NDArray[np.intp], none: int) -> LogisticRegression:
    each = (wanted != none).sum() / none / (wanted == none).sum()
    weight = np.where(wanted == none, each, 1.0)
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(x, wanted, sample_weight=weight)


def _logits(model: LogisticRegression, x: Any) -> Floats:
    """Per class, [n, classes]; scikit-learn gives one number for two classes."""
    found = model.decision_function(x)
    return np.stack([-found / 2, found / 2], axis=1) if found.ndim == 1 else found


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
    every = [*texts, *others()]
    pieces = tagger.pieces(every)
    known_words = words.learn(pieces)
    x = hstack([csr_matrix(tagger.embeddings(every)), known_words.features(pieces)]).tocsr()
    folds = min(FOLDS, min(len(topics[name]) for name in names))
    held = np.zeros((len(every), none + 1))
    for known, asked in StratifiedKFold(folds, shuffle=True, random_state=7).split(wanted, wanted):
        held[asked] = _logits(_fitted(x[known], wanted[known], none), x[asked])
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
    two = len(names) == 1
    weights = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
    bias = (
        np.concatenate([-model.intercept_ / 2, model.intercept_ / 2]) if two else model.intercept_
    )
    learnt_from = json.dumps([METHOD, tagger.encoder_version, topics, others()], sort_keys=True)
    digest = hashlib.sha256(learnt_from.encode())
    return Head(
        version=f"own-topics-{digest.hexdigest()[:12]}",
        tagger_version=tagger.encoder_version,
        topics=topics,
        words=known_words,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        cut=round(float(np.quantile(evidence(held[:mine]), FALSE_ALARMS)), 4),
        score=score,
    )
