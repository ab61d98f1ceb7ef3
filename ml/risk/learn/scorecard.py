"""A scorecard: points per level of each feature, on the log-odds. Its sum is the score.

Points are differences from the average customer learnt from, so they are a feature's exact
contribution; both fitted models are tables of this form, and reading one needs no library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.risk.learn.bins import Bins
from ml.risk.learn.features import BadFeatures, Feature, FeatureList
from ml.risk.learn.rows import Floats, Rows
from ml.risk.score import Scored, logistic

DIGITS = 9
"""Points are kept to so many digits: enough to add up, and blind to a processor's last bits."""


@dataclass(frozen=True)
class Scorecard:
    """Log-odds = base + sum of one entry of `points` per feature.

    Attributes:
        points: per feature one number per level of its bins.
    """

    base: float
    bins: tuple[Bins, ...]
    points: tuple[Floats, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it reads."""
        return tuple(bins.feature for bins in self.bins)

    def contributions(self, values: Mapping[str, NDArray[Any]], count: int) -> Floats:
        """Points of each row, [rows, features].

        Args:
            values: arrays by feature name, as `Rows.values`.
            count: how many rows there are.

        Raises:
            BadFeatures: a feature the card was learnt on is not there.
        """
        found = np.zeros((count, len(self.bins)))
        for place, (bins, points) in enumerate(zip(self.bins, self.points, strict=True)):
            name = bins.feature.name
            if name not in values:
                raise BadFeatures(
                    f"the model reads {', '.join(bins.feature.columns)}, which the table of "
                    "features lacks; add it again, or train the model anew"
                )
            found[:, place] = points[bins.codes(values[name])]
        return found

    def logits(self, rows: Rows) -> Floats:
        """Log-odds of leaving, one per row."""
        total: Floats = self.base + self.contributions(rows.values, len(rows)).sum(axis=1)
        return total

    def scaled(self, slope: float, offset: float) -> "Scorecard":
        """The card calibrated: every log-odds z becomes slope * z + offset, and so its shares."""
        return replace(
            self,
            base=round(slope * self.base + offset, DIGITS),
            points=tuple(np.round(slope * points, DIGITS) for points in self.points),
        )

    def scored(self, rows: Rows, features: FeatureList) -> list[Scored]:
        """Score, band and reasons per row, as the transparent score gives them.

        Reasons are largest contribution first and sum to log-odds(score) - base; a feature that
        says nothing has none.
        """
        shares = self.contributions(rows.values, len(rows))
        found = []
        for row, mine in enumerate(shares):
            reasons: list[dict[str, Any]] = [
                {
                    "feature": bins.feature.name,
                    "label": bins.feature.label,
                    "reason": bins.feature.words(rows.values[bins.feature.name][row]),
                    "contribution": float(share),
                }
                for bins, share in zip(self.bins, mine, strict=True)
                if share != 0.0
            ]
            reasons.sort(key=lambda reason: (-reason["contribution"], reason["feature"]))
            value = logistic(self.base + float(mine.sum()))
            found.append(Scored(score=value, band=features.band(value), reasons=reasons))
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "base": self.base,
            "features": [
                {
                    **bins.feature.model_dump(exclude_defaults=True),
                    "edges": list(bins.edges),
                    "names": list(bins.names),
                    "points": points.tolist(),
                }
                for bins, points in zip(self.bins, self.points, strict=True)
            ],
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Scorecard":
        """The card that `as_json` wrote.

        Raises:
            KeyError, ValueError: it is not one.
        """
        bins, points = [], []
        for entry in stored["features"]:
            fields = {k: v for k, v in entry.items() if k not in ("edges", "names", "points")}
            mine = Bins(Feature(**fields), tuple(entry["edges"]), tuple(entry["names"]))
            if len(entry["points"]) != mine.levels:
                raise ValueError(f"{mine.feature.name}: points are not one per level")
            bins.append(mine)
            points.append(np.array(entry["points"], dtype=float))
        return Scorecard(float(stored["base"]), tuple(bins), tuple(points))


def centred(
    base: float, bins: tuple[Bins, ...], raw: list[Floats], codes: NDArray[Any], weight: Floats
) -> Scorecard:
    """A card whose points average 0 over the rows learnt from, [rows, features] levels."""
    points = []
    for place, mine in enumerate(raw):
        mean = float(np.average(mine[codes[:, place]], weights=weight))
        base += mean
        points.append(mine - mean)
    return Scorecard(base, bins, tuple(points))
