"""The student: what the tagger says, from words and pairs of words alone, hundreds of times faster.

A table of static vectors (one per token, one per hashed pair of neighbours), their mean, one hidden
layer, the same outputs as the tagger. It is taught by the tagger's own answers and kept in int8.
numpy only; `training/teach.py` trains it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ml.tagger.answers import probabilities
from ml.tagger.labels import columns

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

PAIRS = 1 << 16
"""Places that pairs of tokens are hashed to."""

_FIRST, _SECOND = 1_000_003, 8_191


def pairs(ids: Ids, starts: Ids) -> Ids:
    """The place of each token with the one after it; of a text's last token, with itself."""
    following = np.concatenate([ids[1:], ids[-1:]])
    last = np.concatenate([starts[1:], [len(ids)]]) - 1
    following[last] = ids[last]
    place: Ids = (ids * _FIRST + following * _SECOND) % PAIRS
    return place


def flat(token_ids: list[list[int]]) -> tuple[Ids, Ids]:
    """Token ids of texts in one row, and where each text starts."""
    lengths = np.fromiter(map(len, token_ids), dtype=np.int64, count=len(token_ids))
    ids = np.fromiter((i for text in token_ids for i in text), dtype=np.int64)
    return ids, np.cumsum(lengths) - lengths


@dataclass(frozen=True)
class Student:
    """Tables and layers as stored in `student.npz`.

    Attributes:
        tokens, pairs: int8 vectors with a scale per row, [v, d] and [PAIRS, e].
        hidden, answer: weights [d + e, h] and [h, labels], with their biases.
        cut: likelihood of agreeing with the tagger from which the student's answer stands.
    """

    tokens: NDArray[np.int8]
    token_scale: Floats
    pairs: NDArray[np.int8]
    pair_scale: Floats
    hidden: Floats
    hidden_bias: Floats
    answer: Floats
    answer_bias: Floats
    gate: Floats
    cut: float

    def _mean(self, table: NDArray[np.int8], scale: Floats, ids: Ids, starts: Ids) -> Floats:
        vectors = table[ids].astype(np.float32) * scale[ids][:, None]
        lengths = np.diff(np.append(starts, len(ids)))
        sums: Floats = np.add.reduceat(vectors, starts, axis=0)
        return sums / lengths.astype(np.float32)[:, None]

    def probabilities(self, token_ids: list[list[int]]) -> tuple[Floats, Floats]:
        """Answers [n, labels] and how likely the tagger would say the same [n]."""
        ids, starts = flat(token_ids)
        means = [
            self._mean(self.tokens, self.token_scale, ids, starts),
            self._mean(self.pairs, self.pair_scale, pairs(ids, starts), starts),
        ]
        hidden = np.maximum(np.concatenate(means, axis=1) @ self.hidden + self.hidden_bias, 0)
        logits = hidden @ self.answer + self.answer_bias
        found = probabilities(logits)
        return found, likely(doubts(found), self.gate)


def doubts(found: Floats) -> Floats:
    """What makes the student unsure, [n, 6]: per head the distance from certainty, and a one."""
    sentiment, urgency = found[:, columns("sentiment")], found[:, columns("urgency")]
    topics, signals = np.sort(found[:, columns("topics")], axis=1), found[:, columns("signals")]
    return np.stack(
        [
            1 - sentiment.max(axis=1),
            1 - urgency.max(axis=1),
            1 - topics[:, -1],
            topics[:, -2],
            np.minimum(signals, 1 - signals).max(axis=1),
            np.ones(len(found), dtype=np.float32),
        ],
        axis=1,
    ).astype(np.float32)


def likely(doubt: Floats, gate: Floats) -> Floats:
    """Doubts as the likelihood of agreeing with the tagger, [n]."""
    agreeing: Floats = expit(doubt @ gate)
    return agreeing


def load(file: Path) -> Student:
    stored = np.load(file)
    parts = {name: stored[name] for name in stored.files}
    parts = {n: a if a.dtype == np.int8 else a.astype(np.float32) for n, a in parts.items()}
    return Student(**{**parts, "cut": float(parts["cut"])})
