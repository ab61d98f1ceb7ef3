"""How far two sets of counts are apart, and how far chance alone would put them.

Chance is measured, not assumed: whole clusters (one person's messages of one week) change sides at
random, which keeps what a person writes in one breath together and holds for any statistic, however
few texts there are. Small samples look shifted by themselves: PSI of k cells is on average about
(k - 1)(1/n + 1/m) without any drift; `expected` is that, for the texts at hand. A p-value counts
the draws in which any of the statistics goes as far (Westfall and Young, max T), so it holds
however many there are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial.distance import jensenshannon
from scipy.stats import pearson3, skew

Counts = NDArray[np.float64]
Statistic = Callable[[Counts, Counts], Counts]
"""(week [..., cells], reference [..., cells]) → [...]."""

_SEED = 20_260_101
_AT_ONCE = 25
"""Shuffles held in memory together, each with a count per word."""
_FITTED = 250
"""Shuffles that tell each statistic's shape; others are counted, so that the observed value, in
which the shape was not fitted either, is judged as they are."""


@dataclass(frozen=True)
class Compared:
    """A statistic, and what it is where sides are drawn at random.

    Attributes:
        expected: its mean there.
        p_value: in what share of draws any of the statistics compared together goes as far.
    """

    observed: float
    expected: float
    p_value: float


def psi(week: Counts, reference: Counts) -> Counts:
    """Population stability index. Half a text is added to each cell, so that none is empty."""
    p, q = ((c + 0.5) / (c + 0.5).sum(axis=-1, keepdims=True) for c in (week, reference))
    found: Counts = ((p - q) * np.log(p / q)).sum(axis=-1)
    return found


def divergence(week: Counts, reference: Counts) -> Counts:
    """Jensen-Shannon divergence in bits, 0 to 1; its root is the distance."""
    # Rounding may leave a negative number under scipy's root where both are alike.
    found: Counts = np.nan_to_num(jensenshannon(week, reference, base=2, axis=-1)) ** 2
    return found


def share(counts: Counts) -> Counts:
    """Share of the first of two cells."""
    found: Counts = counts[..., 0] / counts.sum(axis=-1)
    return found


def rise(week: Counts, reference: Counts) -> Counts:
    """How much larger the share of the first of two cells is in the week."""
    return share(week) - share(reference)


def share_new(week: Counts, reference: Counts) -> Counts:
    """Share of the week's counts in cells that are empty in the reference."""
    found: Counts = (week * (reference == 0)).sum(axis=-1) / week.sum(axis=-1)
    return found


def edges(values: Counts, bins: int) -> Counts:
    """Upper edges of all bins but the last: quantiles, each edge belonging to the bin below it.

    A value so frequent that several quantiles fall on it has a bin of its own.
    """
    if not len(values):
        return np.empty(0)
    cuts, times = np.unique(
        np.quantile(values, np.arange(1, bins) / bins, method="lower"), return_counts=True
    )
    below = np.nextafter(cuts[times > 1], -np.inf)
    found: Counts = np.union1d(cuts, below)
    return found


def compare(
    counts: csr_matrix,
    is_week: NDArray[np.bool_],
    statistics: dict[str, tuple[slice, Statistic]],
    shuffles: int,
) -> dict[str, Compared]:
    """Every statistic against what it is when clusters change sides at random.

    Args:
        counts: [clusters, cells].
        is_week: of each cluster; else it is of the reference.
        statistics: by name, the cells each is computed on.
    """
    total = _sum(counts)
    week = _sum(counts[is_week])
    drawn: dict[str, list[Counts]] = {name: [] for name in statistics}
    for weeks in _shuffled(counts, int(is_week.sum()), _FITTED + shuffles):
        for name, (cells, statistic) in statistics.items():
            drawn[name].append(statistic(weeks[:, cells], total[cells] - weeks[:, cells]))
    seen: dict[str, float] = {}
    expected: dict[str, float] = {}
    tails: dict[str, Counts] = {}
    for name, (cells, statistic) in statistics.items():
        values = np.concatenate(drawn[name])
        seen[name] = float(statistic(week[cells], total[cells] - week[cells]))
        expected[name] = float(np.nanmean(values))
        tails[name] = _tail(values[:_FITTED], np.append(values[_FITTED:], seen[name]))
    farthest = np.min([tail[:-1] for tail in tails.values()], axis=0)
    return {
        name: Compared(
            seen[name],
            expected[name],
            float(1 + (farthest <= tails[name][-1]).sum()) / (shuffles + 1),
        )
        for name in statistics
    }


def _sum(counts: csr_matrix) -> Counts:
    return np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()


def _shuffled(counts: csr_matrix, in_week: int, shuffles: int) -> Iterator[Counts]:
    """Sums [some shuffles, cells] of as many clusters, drawn at random, as the week has."""
    random = np.random.default_rng(_SEED)
    clusters = counts.shape[0]
    for start in range(0, shuffles, _AT_ONCE):
        size = min(_AT_ONCE, shuffles - start)
        picked = np.concatenate([random.permutation(clusters)[:in_week] for _ in range(size)])
        rows = np.arange(size + 1) * in_week
        chosen = csr_matrix((np.ones(len(picked)), picked, rows), shape=(size, clusters))
        yield (chosen @ counts).toarray()


def _tail(fitted: Counts, values: Counts) -> Counts:
    """How far out each value is: the upper tail of a Pearson III through three moments of `fitted`.

    Only the order counts: it makes statistics of other size and shape comparable, so that the
    farthest of several can be told.
    """
    known = fitted[np.isfinite(fitted)]
    spread = float(known.std()) if len(known) else 0.0
    if spread < 1e-12:
        return np.ones(len(values))
    tail: Counts = pearson3.sf((values - known.mean()) / spread, float(skew(known)))
    return np.nan_to_num(tail, nan=1.0)
