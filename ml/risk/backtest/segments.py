"""Whether forecasts mean what they say in each segment."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ml.risk.backtest.origins import Forecasts
from ml.risk.learn.calibration import probabilities

FEWEST_CHURNERS = 10
FALSE_ALARMS = 0.05
"""Share of reports with a segment called off though none is; all segments of a report together."""


@dataclass(frozen=True)
class Segment:
    """One segment's forecasts: mean probability and the rate that came true, with the interval in
    which the rate lies if the forecasts are right."""

    name: str
    rows: int
    churners: int
    forecast: float
    rate: float
    low: float
    high: float
    is_off: bool


def segments(forecasts: Forecasts, model: str) -> list[Segment]:
    """Largest first. A customer's months are not independent, so their misses are added up first.

    A segment with fewer than FEWEST_CHURNERS expected and seen is never called off.
    """
    rows = forecasts.rows
    probability = probabilities(forecasts.logits[model])
    names, place = np.unique(rows.segment.astype(str), return_inverse=True)
    wide = float(norm.ppf(1 - FALSE_ALARMS / 2 / len(names)))
    found = []
    for code, name in enumerate(names):
        mine = place == code
        p, y = probability[mine], rows.churned[mine]
        _, who = np.unique(rows.customer[mine], return_inverse=True)
        misses = np.bincount(who, y - p)
        reach = (
            wide
            * max(float(np.sqrt((misses**2).sum())), float(np.sqrt((p * (1 - p)).sum())))
            / len(p)
        )
        forecast, rate = float(p.mean()), float(y.mean())
        enough = max(y.sum(), p.sum()) >= FEWEST_CHURNERS
        found.append(
            Segment(
                name=str(name),
                rows=len(p),
                churners=int(y.sum()),
                forecast=forecast,
                rate=rate,
                low=max(0.0, forecast - reach),
                high=min(1.0, forecast + reach),
                is_off=bool(enough and abs(rate - forecast) > reach),
            )
        )
    return sorted(found, key=lambda segment: (-segment.rows, segment.name))
