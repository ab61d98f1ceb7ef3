"""Which features a model may use: none that says nothing, none that knows the answer."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from ml.risk.learn.bins import cut
from ml.risk.learn.features import Feature
from ml.risk.learn.rows import Rows

LEAK = 0.95
"""Nothing that is known beforehand ranks leavers this well alone: it was written after the fact."""


def single_auc(feature: Feature, rows: Rows) -> float:
    """AUC of the feature alone, each of its levels ranked by its rate of leavers.

    So it counts whichever way the feature points, and whether it is known at all.

    Args:
        rows: all with labels, of both classes.
    """
    bins = cut(feature, rows.values[feature.name])
    codes = bins.codes(rows.values[feature.name])
    count = np.bincount(codes, minlength=bins.levels)
    left = np.bincount(codes, weights=rows.churned, minlength=bins.levels)
    rate = left / np.maximum(count, 1)
    return float(roc_auc_score(rows.churned, rate[codes]))


def usable(rows: Rows, features: Sequence[Feature]) -> tuple[list[Feature], list[str]]:
    """Features to learn from, and why the others are left out.

    Args:
        rows: all with labels, of both classes.
    """
    kept, notes = [], []
    for feature in features:
        if feature.name not in rows.values:
            continue
        values = rows.values[feature.name]
        bins = cut(feature, values)
        levels = np.unique(bins.codes(values))
        if len(levels) == 1:
            why = "never known" if levels[0] == bins.unknown else "always the same"
            notes.append(f"{feature.name} is left out: {why}")
            continue
        alone = single_auc(feature, rows)
        if alone > LEAK:
            notes.append(
                f"{feature.name} is refused: alone it tells leavers from others with AUC "
                f"{alone:.3f}, so it was probably written after they left; build it from what was "
                "known at as_of"
            )
            continue
        kept.append(feature)
    return kept, notes
