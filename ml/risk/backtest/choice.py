"""Which model to use: the simplest whose forecasts are within noise of the best."""

from dataclasses import dataclass

import numpy as np

from ml.risk.backtest.measures import Score
from ml.risk.backtest.origins import BASE_RATE, HEALTH, MODELS, Forecasts
from ml.risk.learn.calibration import log_losses

RESAMPLES = 2_000
_AT_ONCE = 100


@dataclass(frozen=True)
class Choice:
    """The model in use, why, and how much worse each is than the best in log loss per row."""

    model: str
    reason: str
    behind: dict[str, Score]


def behind(forecasts: Forecasts, model: str, best: str) -> Score:
    """Log loss of a model less that of another, over the same draws of whole customers."""
    rows = forecasts.rows
    each = log_losses(rows.churned, forecasts.logits[model]) - log_losses(
        rows.churned, forecasts.logits[best]
    )
    _, who = np.unique(rows.customer, return_inverse=True)
    sums, counts = np.bincount(who, each), np.bincount(who).astype(float)
    random = np.random.default_rng(7)
    drawn = []
    for _ in range(RESAMPLES // _AT_ONCE):
        picked = random.integers(0, len(sums), (_AT_ONCE, len(sums)))
        drawn.append(sums[picked].sum(axis=1) / counts[picked].sum(axis=1))
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    return Score(float(each.mean()), float(low), float(high))


def choose(forecasts: Forecasts) -> Choice:
    """The simplest model within noise of the one with the least log loss."""
    able = [name for name in MODELS if name in forecasts.logits]
    churned = forecasts.rows.churned
    losses = {name: log_losses(churned, forecasts.logits[name]).mean() for name in able}
    best = min(able, key=lambda name: losses[name])
    gaps = {name: behind(forecasts, name, best) for name in (BASE_RATE, *able)}
    chosen = next(name for name in able if name == best or gaps[name].low <= 0)
    if chosen == best:
        reason = f"the {best} forecast best, and no simpler model is within noise of it"
        if best == HEALTH:
            reason = "the health score forecast best, and it is the simplest"
    else:
        reason = f"the {chosen} is within noise of the best ({best}), and simpler"
    return Choice(chosen, reason, gaps)
