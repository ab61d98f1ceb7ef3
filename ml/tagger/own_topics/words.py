"""Which words a text has, beside what it means: some intents differ by one word.

Words are the tokenizer's pieces. Those of two examples or more count, by the logarithm of how
often they occur in the text and the rarer the more (sublinear tf-idf, as scikit-learn counts it).
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Pieces = list[list[int]]
"""Token ids by text."""

WEIGHT = 0.5
"""Length of a text's words, where its embedding has length 1."""

_FEWEST_TEXTS = 2


@dataclass(frozen=True)
class Words:
    """The pieces that count, and how much each does.

    Attributes:
        ids: token ids, ascending, [w].
        rarity: inverse document frequency, [w].
    """

    ids: NDArray[np.int64]
    rarity: Floats

    @cached_property
    def _place(self) -> dict[int, int]:
        return {int(piece): place for place, piece in enumerate(self.ids)}

    def features(self, texts: Pieces) -> Any:
        """Sparse rows of length WEIGHT, [n, w]; empty where none of a text's pieces counts."""
        places: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            found = Counter(self._place[piece] for piece in text if piece in self._place)
            row = self.rarity[list(found)] * (1 + np.log(list(found.values())))
            places += found
            values += (row * (WEIGHT / max(float(np.linalg.norm(row)), 1e-12))).tolist()
            ends.append(len(places))
        shape = (len(texts), len(self.ids))
        return csr_matrix((np.array(values, dtype=np.float32), places, ends), shape=shape)


def learn(texts: Pieces) -> Words:
    """The words of examples."""
    counts = Counter(piece for text in texts for piece in set(text))
    ids = sorted(piece for piece, count in counts.items() if count >= _FEWEST_TEXTS)
    seen = np.array([counts[piece] for piece in ids], dtype=np.float64)
    rarity = np.log((1 + len(texts)) / (1 + seen)) + 1
    return Words(np.array(ids, dtype=np.int64), rarity.astype(np.float32))
