"""Logits of all heads, side by side, as probabilities."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from ml.tagger.labels import EXCLUSIVE, HEADS, columns

Floats = NDArray[np.float32]


def probabilities(logits: Floats) -> Floats:
    """Logits [n, labels] as probabilities: softmax over a one-of head, sigmoid of every other."""
    found = np.empty_like(logits)
    for head in HEADS:
        part = logits[:, columns(head)]
        found[:, columns(head)] = softmax(part, axis=1) if head in EXCLUSIVE else expit(part)
    return found
