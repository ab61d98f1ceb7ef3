"""Cut every feature into levels, so that any model of single features is a table of points."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.risk.learn.features import Feature

QUANTILES = 24
FEWEST_ROWS = 20
"""Rows a category needs for a level of its own."""

MOST_CATEGORIES = 60

Codes = NDArray[np.int16]


@dataclass(frozen=True)
class Bins:
    """Levels of one feature; the last is "unknown".

    Attributes:
        edges: of a number, ascending; level k holds values above edge k-1 up to edge k.
        names: of a category, one per level, then "other" for any that is not named.
    """

    feature: Feature
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def levels(self) -> int:
        return (len(self.names) if self.feature.kind == "category" else len(self.edges)) + 2

    @property
    def unknown(self) -> int:
        return self.levels - 1

    def codes(self, values: NDArray[Any]) -> Codes:
        """Level of each value."""
        if self.feature.kind == "category":
            place = {name: code for code, name in enumerate(self.names)}
            other = len(self.names)
            return np.array(
                [self.unknown if v is None else place.get(v, other) for v in values], dtype=np.int16
            )
        found = np.searchsorted(np.array(self.edges), values, side="left")
        return np.where(np.isnan(values), self.unknown, found).astype(np.int16)


def cut(feature: Feature, values: NDArray[Any]) -> Bins:
    """Levels of a feature from the values of the rows to learn from.

    A number is cut at its quantiles; where one value is most of all (no contact, no failed
    payment), the others have quantiles of their own, or they would share one level.
    """
    if feature.kind == "category":
        known = np.array([v for v in values if v is not None], dtype=object)
        names, counts = np.unique(known, return_counts=True)
        often = sorted((-count, str(name)) for name, count in zip(names, counts, strict=True))
        kept = [name for count, name in often if -count >= FEWEST_ROWS]
        return Bins(feature, names=tuple(kept[:MOST_CATEGORIES]))
    known = values[~np.isnan(values)]
    if not len(known):
        return Bins(feature)
    asked = np.linspace(0, 1, QUANTILES + 1)[1:-1]
    edges = set(np.quantile(known, asked, method="lower").tolist())
    distinct, counts = np.unique(known, return_counts=True)
    mode = distinct[counts.argmax()]
    if counts.max() * 2 > len(known):
        below = distinct[distinct < mode]
        edges |= {float(mode)} | ({float(below[-1])} if len(below) else set())
        others = known[known != mode]
        if len(others):
            asked = np.linspace(0, 1, min(QUANTILES, len(others) // FEWEST_ROWS + 1) + 1)[1:-1]
            edges |= set(np.quantile(others, asked, method="lower").tolist())
    return Bins(feature, edges=tuple(sorted(edge for edge in edges if edge < distinct[-1])))
