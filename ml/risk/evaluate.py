"""How well the sample company's scores ranked, against those who truly left after the last day.

Nobody has learnt from these days: they lie in the future of everything that was loaded. Some leave
without a word, or have said none yet: nobody could have ranked them, so the best possible lift is
shown beside.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from ml.risk.backtest.measures import top_decile_lift
from ml.risk.learn.rows import HORIZON
from warehouse.duck import warehouse

_RESAMPLES = 500


class NoScores(RuntimeError):
    """Nobody was scored in this warehouse."""


@dataclass(frozen=True)
class RiskEvaluation:
    """Ranking quality; intervals are 95 % bootstrap, NaN where one class is missing.

    Attributes:
        best_lift: of a list that has everybody first who will leave and gave a sign of it, and all
            others in any order.
    """

    as_of: datetime
    customers: int
    churners: int
    auc: float
    auc_interval: tuple[float, float]
    lift_top_decile: float
    best_lift: float
    churners_green: float
    note: str = ""


def best_lift(count: int, left: int, warned: int) -> float:
    """Top-decile lift of a list with `warned` of the `left` leavers first, then all by chance."""
    size = max(1, count // 10)
    first = min(size, warned)
    by_chance = (left - warned) * (size - first) / max(1, count - warned)
    return (first + by_chance) / size / (left / count)


def measure(
    as_of: datetime,
    churned: NDArray[np.bool_],
    score: NDArray[np.float64],
    band: NDArray[np.str_],
    silent: NDArray[np.bool_],
) -> RiskEvaluation:
    """Compare scores with what happened (arrays aligned by customer).

    Args:
        silent: gave no sign: the reason is one that people do not tell, or they did not come.
    """
    count, left = len(churned), int(churned.sum())
    if left in (0, count):
        note = "one class only: nothing can be ranked"
        nan = math.nan
        return RiskEvaluation(as_of, count, left, nan, (nan, nan), nan, nan, nan, note)
    random = np.random.default_rng(7)
    draws = [random.integers(0, count, count) for _ in range(_RESAMPLES)]
    aucs = [roc_auc_score(churned[d], score[d]) for d in draws if 0 < churned[d].sum() < count]
    low, high = np.quantile(aucs, [0.025, 0.975])
    return RiskEvaluation(
        as_of=as_of,
        customers=count,
        churners=left,
        auc=float(roc_auc_score(churned, score)),
        auc_interval=(float(low), float(high)),
        lift_top_decile=top_decile_lift(churned, score),
        best_lift=best_lift(count, left, int((churned & ~silent).sum())),
        churners_green=float((band[churned] == "green").mean()),
    )


def evaluate_sample(
    truth: Path, silent: Collection[str], horizon: timedelta = HORIZON
) -> RiskEvaluation:
    """The last scores in the warehouse against the sample company's truth folder.

    A customer churned when one of its people did within `horizon` after them; customers of whom
    all people had left before are no longer at risk and stay out, as do those who buy nothing.

    Args:
        silent: the reasons of the truth for which people leave without a sign.

    Raises:
        FileNotFoundError: no truth there (only the sample company has one).
        NoScores: nobody was scored.
    """
    for name in ("churn", "identities"):
        if not (truth / f"{name}.parquet").exists():
            raise FileNotFoundError(f"no {name}.parquet in {truth}; only the sample has a truth")
    query = """
        with people as (
            select i.system as source_system, i.remote_id, c.churned_at, c.reason
            from read_parquet(?) as i left join read_parquet(?) as c using (person_id)
        ),
        customers as (
            select k.customer_id,
                bool_or(p.churned_at > ? and p.churned_at <= ?) as has_churned,
                bool_and(coalesce(p.churned_at <= ?, false)) as had_left,
                bool_and(list_contains(?, p.reason)) filter (
                    where p.churned_at > ? and p.churned_at <= ?
                ) as is_silent
            from ml.identity_clusters as k
            join people as p using (source_system, remote_id)
            group by k.customer_id
        )
        select coalesce(c.has_churned, false), r.score, r.band,
            coalesce(c.is_silent, false) or f.contacts_30d = 0
        from ml.customer_risk as r join customers as c using (customer_id)
        join intermediate.int_risk_features as f
            on f.customer_id = r.customer_id and f.as_of = r.as_of
        where r.as_of = ? and not c.had_left and f.is_customer
    """
    files = [str(truth / "identities.parquet"), str(truth / "churn.parquet")]
    with warehouse(read_only=True) as connection:
        as_of = connection.execute("select max(as_of) from ml.customer_risk").fetchall()[0][0]
        if as_of is None:
            raise NoScores("nobody was scored yet; run `heedline run` first")
        window = [as_of, as_of + horizon]
        rows = connection.execute(
            query, [*files, *window, as_of, list(silent), *window, as_of]
        ).fetchall()
    churned, score, band, quiet = zip(*rows, strict=True) if rows else ((), (), (), ())
    return measure(
        as_of,
        np.array(churned, dtype=bool),
        np.array(score, dtype=float),
        np.array(band, dtype=str),
        np.array(quiet, dtype=bool),
    )
