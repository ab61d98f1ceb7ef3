"""Everything about a table of features that can be said before a model is used: the report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from ml.risk.backtest.choice import Choice, choose
from ml.risk.backtest.measures import RESAMPLES, Score, measure
from ml.risk.backtest.origins import HEALTH, Forecasts, forecast
from ml.risk.backtest.segments import Segment, segments
from ml.risk.learn.calibration import probabilities
from ml.risk.learn.features import Feature, FeatureList
from ml.risk.learn.fit import MOST_ROWS, is_enough
from ml.risk.learn.guard import usable
from ml.risk.learn.rows import Rows, read

Measures = dict[str, dict[str, Score]]
"""By model, then by measure."""

_MONTH_RESAMPLES = 200


@dataclass(frozen=True)
class Month:
    """How the forecasts of one instant did."""

    as_of: str
    rows: int
    churners: int
    measures: Measures


@dataclass(frozen=True)
class Assessment:
    """How good each model would have been, and which is used.

    Attributes:
        customers, churners: with known labels, over all rows.
        sentence: which model is used and why, for a reader.
        is_timed: forecasts were made from the past, not from other customers.
        forecast_rows: how many of the rows were forecast; 0 where nothing could be.
    """

    rows: int
    customers: int
    churners: int
    model: str
    sentence: str
    notes: tuple[str, ...]
    is_timed: bool = True
    forecast_rows: int = 0
    measures: Measures = field(default_factory=dict)
    behind: dict[str, Score] = field(default_factory=dict)
    months: tuple[Month, ...] = ()
    segments: tuple[Segment, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is not defined is None."""
        found = _without_nan(asdict(self))
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Assessed:
    """The report, with what a final fit needs."""

    report: Assessment
    rows: Rows
    features: tuple[Feature, ...]


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def _cold(rows: Rows, features: Sequence[Feature], fewest: int) -> str | None:
    """Why nothing is learnt; None where something can be."""
    instead = f"the transparent {HEALTH} is used"
    if not len(rows):
        return f"Nothing is known yet of who left: {instead}."
    if not rows.churners:
        return f"Nobody is known to have left: {instead}."
    if rows.churners < fewest:
        return (
            f"{rows.churners:,} customers are known to have left, and {fewest:,} are needed to "
            f"learn from: {instead}."
        )
    if not is_enough(rows):
        return f"Nearly everybody is known to have left, which cannot be learnt from: {instead}."
    if not features:
        return f"None of the features can be used: {instead}."
    return None


def _months(forecasts: Forecasts) -> tuple[Month, ...]:
    rows = forecasts.rows
    found = []
    for at in np.unique(rows.as_of):
        mine = rows.as_of == at
        here = rows.take(mine)
        found.append(
            Month(
                str(at.astype("datetime64[D]")),
                len(here),
                int(here.churned.sum()),
                _measures(here, forecasts, mine, _MONTH_RESAMPLES),
            )
        )
    return tuple(found)


def _measures(here: Rows, forecasts: Forecasts, mine: Any, resamples: int) -> Measures:
    return {
        name: measure(here.churned, probabilities(logits[mine]), here.customer, resamples)
        for name, logits in forecasts.logits.items()
    }


def assess(table: pa.Table, features: FeatureList) -> Assessed:
    """Back-test every model on a table of features and choose one.

    Raises:
        BadFeatures: the table is not of the form that `read` needs.
    """
    every = read(table, features.features, with_health=True)
    rows = every.take(every.known).ordered()
    notes = list(every.notes)
    kept: list[Feature] = []
    if rows.churners and not rows.churned.all():
        kept, why = usable(rows, features.features)
        notes += why
    if every.health is None:
        notes.append(f"the {HEALTH} is not compared: nothing in the table speaks to it")
    if len(rows) > MOST_ROWS:
        notes.append(
            f"a fit reads at most {MOST_ROWS:,} rows: all who left, and a sample of the others, "
            "weighted to make up for the rest"
        )
    counts = (len(rows), len(np.unique(rows.customer)), rows.churners)
    cold = _cold(rows, kept, features.fewest_churners)
    forecasts = None if cold else forecast(rows, kept)
    if forecasts is None:
        cold = cold or (
            f"No instant is long enough ago to forecast a later one from: the transparent {HEALTH} "
            "is used."
        )
        return Assessed(Assessment(*counts, HEALTH, cold, tuple(notes)), rows, tuple(kept))
    choice: Choice = choose(forecasts)
    everything = slice(None)
    report = Assessment(
        *counts,
        model=choice.model,
        sentence=choice.reason[0].upper() + choice.reason[1:] + ".",
        notes=tuple(notes),
        is_timed=forecasts.is_timed,
        forecast_rows=len(forecasts.rows),
        measures=_measures(forecasts.rows, forecasts, everything, RESAMPLES),
        behind=choice.behind,
        months=_months(forecasts) if forecasts.is_timed else (),
        segments=tuple(segments(forecasts, choice.model)),
    )
    return Assessed(report, rows, tuple(kept))
