"""One connected component split into persons: average linkage that nothing weak or contradictory
survives."""

import numpy as np
import numpy.typing as npt

MOST, LEAST = 12.0, -2.5
"""Bits that one pair may add to an average: no pair outvotes a whole cluster, and a record that
says little is not held against those that say much. Every pair counts the prior (some 11 bits) and
the same other mailbox again, though both are one fact: so less can be said against than for."""

CONTRADICTION = -12.0
"""Bits that a contradiction takes from the average: the bridge of one record between two persons
does not outweigh it, a wrong date among many good records does not tear them apart."""


def agglomerate(
    weights: npt.NDArray[np.float64],
    contradicts: npt.NDArray[np.bool_],
    apart: npt.NDArray[np.bool_],
    together: list[tuple[int, int]],
    link_weight: float,
    largest: int,
) -> npt.NDArray[np.int64]:
    """Label of every node; nodes are in the order of their ids, so ties fall the same way every
    time.

    Clusters are joined best average first, as long as some pair between them reaches
    `link_weight`, the
    average speaks for one person (above 0 bits), no pair between them is `apart`, and the cluster
    stays within `largest`.

    Args:
        weights: symmetric, log2 odds; NaN where two records have nothing to compare (left out of
        the average).
        contradicts: symmetric, pairs that contradict each other.
        apart: symmetric, pairs that must never be in one cluster.
        together: pairs that a person linked; joined first, whatever else is said.
    """
    count = len(weights)
    known = (~np.isnan(weights)).astype(np.float64)
    least = np.where(contradicts, CONTRADICTION, LEAST)
    total = np.clip(np.nan_to_num(weights, nan=0.0), least, MOST)
    total = np.where(contradicts, np.minimum(total, CONTRADICTION), total)
    strongest = np.where(np.isnan(weights), -np.inf, weights)
    barred = apart.copy()
    np.fill_diagonal(barred, True)
    size = np.ones(count)
    label = np.arange(count)

    def join(one: int, other: int) -> None:
        keep, gone = min(one, other), max(one, other)
        total[keep] += total[gone]
        total[:, keep] += total[:, gone]
        known[keep] += known[gone]
        known[:, keep] += known[:, gone]
        strongest[keep] = np.maximum(strongest[keep], strongest[gone])
        strongest[:, keep] = strongest[keep]
        barred[keep] |= barred[gone]
        barred[:, keep] = barred[keep]
        barred[gone] = True
        barred[:, gone] = True
        barred[keep, keep] = True
        size[keep] += size[gone]
        label[label == gone] = keep

    for one, other in together:
        if label[one] != label[other]:
            join(int(label[one]), int(label[other]))
    while True:
        average = np.round(total / np.maximum(known, 1), 9)
        too_large = size[:, None] + size[None, :] > largest
        average[barred | too_large | (strongest < link_weight) | (average <= 0)] = -np.inf
        best = int(np.argmax(average))
        one, other = divmod(best, count)
        if not np.isfinite(average[one, other]):
            return label
        join(one, other)
