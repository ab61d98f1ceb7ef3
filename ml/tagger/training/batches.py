"""Batches out of the file that `prepare.py` writes. Needs numpy only."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SORTED_TOGETHER = 40
"""Batches whose texts are sorted by length together, to keep padding small."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Prepared:
    """The arrays of `prepare.py`, by their names there."""

    tokens: NDArray[np.uint16]
    offsets: Rows
    targets: NDArray[np.float16]
    weight: NDArray[np.float32]
    split: NDArray[np.int8]
    source: NDArray[np.int16]
    intents: NDArray[np.uint16]
    intent_offsets: Rows
    meta: dict[str, Any]

    @cached_property
    def names(self) -> NDArray[np.str_]:
        """Source of every row."""
        return np.array(self.meta["sources"])[self.source]

    @cached_property
    def origins(self) -> NDArray[np.str_]:
        """Source of every row, our own files as one."""
        return np.array([name.split("/")[0] for name in self.meta["sources"]])[self.source]

    def of(self, sources: Iterable[str]) -> NDArray[np.bool_]:
        """Which rows are of some sources; `own` are all our files, `own/<file>` is one."""
        wanted = list(sources)
        return np.isin(self.names, wanted) | np.isin(self.origins, wanted)

    def length(self, rows: Rows) -> Rows:
        return self.offsets[rows + 1] - self.offsets[rows]

    def padded(self, rows: Rows) -> tuple[Rows, Rows]:
        """Token ids and mask, [n, longest]."""
        lengths = self.length(rows)
        steps = np.arange(int(lengths.max()))
        mask = steps[None, :] < lengths[:, None]
        place = np.minimum(self.offsets[rows][:, None] + steps, len(self.tokens) - 1)
        ids = np.where(mask, self.tokens[place], 0).astype(np.int64)
        return ids, mask.astype(np.int64)

    def intent_targets(self, name: str, rows: Rows) -> NDArray[np.float32]:
        """One or more of a source's own labels as [n, labels]."""
        counts = self.intent_offsets[rows + 1] - self.intent_offsets[rows]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        labels = self.intents[np.repeat(self.intent_offsets[rows], counts) + within]
        found = np.zeros((len(rows), len(self.meta["intents"][name]["labels"])), dtype=np.float32)
        found[np.repeat(np.arange(len(rows)), counts), labels.astype(np.int64)] = 1
        return found


def load(path: Path) -> Prepared:
    stored = np.load(path)
    meta = json.loads(str(stored["meta"]))
    return Prepared(**{name: stored[name] for name in stored.files if name != "meta"}, meta=meta)


class Epochs:
    """Draws an epoch's rows: so many of each source as the manifest says, all of them in turn."""

    def __init__(self, data: Prepared, keep: NDArray[np.bool_], seed: int) -> None:
        self.data, self.random = data, np.random.default_rng(seed)
        self.pools = {n: np.flatnonzero(keep & (data.origins == n)) for n in data.meta["epoch"]}
        self.waiting = {name: np.zeros(0, dtype=np.int64) for name in self.pools}

    def _draw(self, name: str, count: int) -> Rows:
        pool = self.pools[name]
        while len(pool) and len(self.waiting[name]) < count:
            self.waiting[name] = np.concatenate([self.waiting[name], self.random.permutation(pool)])
        drawn, self.waiting[name] = self.waiting[name][:count], self.waiting[name][count:]
        return drawn

    def rows(self) -> Rows:
        return np.concatenate([self._draw(n, c) for n, c in self.data.meta["epoch"].items()])

    def batches(self, size: int) -> Iterator[Rows]:
        """Batches of texts of like length, in random order."""
        rows = self.random.permutation(self.rows())
        batches: list[Rows] = []
        for start in range(0, len(rows), size * _SORTED_TOGETHER):
            some = rows[start : start + size * _SORTED_TOGETHER]
            some = some[np.argsort(self.data.length(some), kind="stable")]
            batches += [some[place : place + size] for place in range(0, len(some), size)]
        for place in self.random.permutation(len(batches)):
            yield batches[place]
