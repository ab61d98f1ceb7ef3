"""How good a clustering is, counted from the sizes of its overlaps with the truth.

A pair of records is right when both clusterings keep it together. Every measure follows from the
table of n_ij = records of person j in cluster i, so no pair is ever enumerated (Hubert & Arabie
1985; B-cubed: Bagga & Baldwin 1998).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np

Counts = np.ndarray[Any, np.dtype[Any]]
REPLICATES = 500


@dataclass(frozen=True)
class Interval:
    """A value and its 95 % bootstrap interval; all None where nothing can be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Quality:
    """One clustering against the truth.

    Attributes:
        precision: share of linked pairs that are one person; None when nothing was linked.
        recall: share of a person's pairs that were linked; None when nobody has two records.
        f1: their harmonic mean.
        bcubed_precision, bcubed_recall: the same seen from each record, so that large clusters do
            not outvote small ones.
        merged: clusters that hold several persons; `strangers`: records in them beside the person
            who has most there.
        split: persons in several clusters; `pieces`: clusters they lie in beyond the first.
    """

    records: int
    persons: int
    clusters: int
    precision: Interval
    recall: Interval
    f1: Interval
    bcubed_precision: float
    bcubed_recall: float
    wrong_pairs: int
    missed_pairs: int
    merged: int
    strangers: int
    split: int
    pieces: int


@dataclass(frozen=True)
class Overlaps:
    """Cells of the table that are not empty: cluster, person, records; and the margins."""

    cluster: Counts
    person: Counts
    size: Counts
    by_cluster: Counts
    by_person: Counts


def overlaps(clusters: Sequence[Hashable], persons: Sequence[Hashable]) -> Overlaps:
    """The table for two labellings of the same records, in the same order.

    Raises:
        ValueError: of different length, or empty.
    """
    if len(clusters) != len(persons) or not len(clusters):
        raise ValueError(f"{len(clusters)} cluster labels for {len(persons)} persons' records")
    left, right = _numbered(clusters), _numbered(persons)
    width = int(right.max()) + 1
    cells, size = np.unique(left * width + right, return_counts=True)
    cluster, person = cells // width, cells % width
    return Overlaps(cluster, person, size, np.bincount(left), np.bincount(right))


def _numbered(labels: Sequence[Hashable]) -> Counts:
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in labels], dtype=np.int64)


def pairs(counts: Counts) -> Counts:
    """Unordered pairs among that many records."""
    result: Counts = counts * (counts - 1) // 2
    return result


def quality(clusters: Sequence[Hashable], persons: Sequence[Hashable], seed: int = 7) -> Quality:
    """Measure a clustering; intervals by resampling persons (whose records hang together)."""
    table = overlaps(clusters, persons)
    both, linked = int(pairs(table.size).sum()), int(pairs(table.by_cluster).sum())
    wanted = int(pairs(table.by_person).sum())
    records = int(table.size.sum())
    in_cluster, of_person = table.by_cluster[table.cluster], table.by_person[table.person]
    most = np.zeros(len(table.by_cluster), dtype=np.int64)
    np.maximum.at(most, table.cluster, table.size)
    held = np.bincount(table.cluster)
    spread = np.bincount(table.person)
    low, high = _bootstrap(table, seed)
    values = (_share(both, linked), _share(both, wanted), _share(2 * both, linked + wanted))
    intervals = [
        Interval(value, *((None, None) if value is None else (low[i], high[i])))
        for i, value in enumerate(values)
    ]
    return Quality(
        records=records,
        persons=len(table.by_person),
        clusters=len(table.by_cluster),
        precision=intervals[0],
        recall=intervals[1],
        f1=intervals[2],
        bcubed_precision=fsum(table.size**2 / in_cluster) / records,
        bcubed_recall=fsum(table.size**2 / of_person) / records,
        wrong_pairs=linked - both,
        missed_pairs=wanted - both,
        merged=int((held > 1).sum()),
        strangers=int((table.by_cluster - most).sum()),
        split=int((spread > 1).sum()),
        pieces=int((spread - 1).sum()),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _bootstrap(table: Overlaps, seed: int) -> tuple[list[float], list[float]]:
    """2.5th and 97.5th percentile of precision, recall and F1.

    A pair of two persons counts half for each of them. Persons with the same counts are drawn
    together, so a million cost no more than the few hundred kinds of them.
    """
    right = np.bincount(table.person, pairs(table.size))
    others = table.by_cluster[table.cluster] - table.size
    wrong = np.bincount(table.person, table.size * others / 2)
    kinds, times = np.unique(
        np.column_stack([right, wrong, pairs(table.by_person)]), axis=0, return_counts=True
    )
    persons = int(times.sum())
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(persons, times / persons, size=REPLICATES) @ kinds
    both, linked, wanted = drawn[:, 0], drawn[:, 0] + drawn[:, 1], drawn[:, 2]
    low, high = [], []
    for part, whole in ((both, linked), (both, wanted), (2 * both, linked + wanted)):
        some = whole > 0
        ends = np.percentile(part[some] / whole[some], (2.5, 97.5)) if some.any() else (0.0, 1.0)
        low.append(float(ends[0]))
        high.append(float(ends[1]))
    return low, high


def worst(
    clusters: Sequence[Hashable], persons: Sequence[Hashable], top: int = 5
) -> tuple[list[list[int]], list[list[int]]]:
    """Positions of the records of the worst false merges, and of the worst splits.

    Each group holds the records of one cluster (several persons) or one person (several clusters);
    worst is what costs most wrong or missed pairs.
    """
    return _mixed(clusters, persons, top), _mixed(persons, clusters, top)


def _mixed(outer: Sequence[Hashable], inner: Sequence[Hashable], top: int) -> list[list[int]]:
    table = overlaps(outer, inner)
    cost = pairs(table.by_cluster) - np.bincount(table.cluster, pairs(table.size)).astype(np.int64)
    number = _numbered(outer)
    chosen = [c for c in np.argsort(-cost, kind="stable")[:top] if cost[c] > 0]
    return [np.flatnonzero(number == c).tolist() for c in chosen]
