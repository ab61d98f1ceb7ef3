"""How well the score ranked, against customers that truly left: AUC and top-decile lift.

The weights are judgement, not a fit, so any truth is held-out truth. Only evaluation reads it.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from ml.risk.backtest.measures import top_decile_lift
from warehouse.duck import warehouse

HORIZON = timedelta(days=30)
_RESAMPLES = 500


@dataclass(frozen=True)
class RiskEvaluation:
    """Ranking quality; intervals are 95 % bootstrap, NaN where one class is missing."""

    customers: int
    churners: int
    auc: float
    auc_interval: tuple[float, float]
    lift_top_decile: float
    churners_green: float
    note: str


def measure(
    churned: NDArray[np.bool_], score: NDArray[np.float64], band: NDArray[np.str_]
) -> RiskEvaluation:
    """Compare scores with what happened (arrays aligned by customer)."""
    count, left = len(churned), int(churned.sum())
    if left in (0, count):
        note = "one class only: nothing can be ranked"
        nan = math.nan
        return RiskEvaluation(count, left, nan, (nan, nan), nan, nan, note)
    random = np.random.default_rng(7)
    draws = [random.integers(0, count, count) for _ in range(_RESAMPLES)]
    aucs = [roc_auc_score(churned[d], score[d]) for d in draws if 0 < churned[d].sum() < count]
    low, high = np.quantile(aucs, [0.025, 0.975])
    return RiskEvaluation(
        customers=count,
        churners=left,
        auc=float(roc_auc_score(churned, score)),
        auc_interval=(float(low), float(high)),
        lift_top_decile=top_decile_lift(churned, score),
        churners_green=float((band[churned] == "green").mean()),
        note="weights set by judgement, not fitted",
    )


def evaluate_sample(truth: Path, as_of: datetime, horizon: timedelta = HORIZON) -> RiskEvaluation:
    """Scores in the warehouse at `as_of` against the sample company's truth folder.

    A customer churned when one of its people did within `horizon` after `as_of`; customers of whom
    all people had left before are no longer at risk and stay out.

    Raises:
        FileNotFoundError: no truth there (only the sample company has one).
    """
    for name in ("churn", "identities"):
        if not (truth / f"{name}.parquet").exists():
            raise FileNotFoundError(f"no {name}.parquet in {truth}; only the sample has a truth")
    query = """
        with people as (
            select i.system as source_system, i.remote_id, c.churned_at
            from read_parquet(?) as i left join read_parquet(?) as c using (person_id)
        ),
        customers as (
            select k.customer_id,
                bool_or(p.churned_at > ? and p.churned_at <= ?) as has_churned,
                bool_and(coalesce(p.churned_at <= ?, false)) as had_left
            from ml.identity_clusters as k
            join people as p using (source_system, remote_id)
            group by k.customer_id
        )
        select coalesce(c.has_churned, false), r.score, r.band
        from ml.customer_risk as r join customers as c using (customer_id)
        where r.as_of = ? and not c.had_left
          and r.model_version = (select max(model_version) from ml.customer_risk where as_of = ?)
    """
    files = [str(truth / "identities.parquet"), str(truth / "churn.parquet")]
    with warehouse(read_only=True) as connection:
        rows = connection.execute(
            query, [*files, as_of, as_of + horizon, as_of, as_of, as_of]
        ).fetchall()
    churned, score, band = zip(*rows, strict=True) if rows else ((), (), ())
    return measure(
        np.array(churned, dtype=bool), np.array(score, dtype=float), np.array(band, dtype=str)
    )
