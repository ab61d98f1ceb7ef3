"""How earlier scores did, once it is known who left: `ml.risk_accuracy`.

A record is made when the 30 days after a run are over, and once more after 60, in case somebody
turned out to have stayed after all. It says what the team's list caught, what as many customers by
score alone, by the transparent health score and by chance would have, and whether forecasts came
true. Until there are live records the back-test of the model in use stands in their place, and
beside them.

Who was called may have stayed for that, which counts against the list here; whether calling helps
is told by those who were held out (outreach/holdout.py).
"""

import logging
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from ml.risk.backtest.measures import caught, measure
from ml.risk.learn import artefact
from ml.risk.learn.artefact import Artefact, BadArtefact
from ml.risk.learn.rows import HORIZON, Floats
from warehouse.duck import has_table, transaction

log = logging.getLogger(__name__)

SETTLED = timedelta(days=60)
"""After this what is known of a run is taken for final: the days in which one may come back
(`churn_return_days`) are over, and so are most delays of loads."""

LIST = "at_risk"
"""As outreach calls it; rooms meet in tables."""

_RESAMPLES = 200
_NEEDED = (
    "intermediate.int_risk_periods",
    "intermediate.int_risk_departures",
    "marts.customer_merges",
)
Record = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """Customers of one run, and what became of them; arrays of one length.

    Attributes:
        baseline: NaN where the run did not keep it.
        churned: left within 30 days after.
        days_listed: from the beginning of their stay on the list until they left; NaN for those
            who stayed or were not on it.
    """

    as_of: datetime
    version: str
    score: Floats
    baseline: Floats
    is_green: NDArray[np.bool_]
    churned: NDArray[np.bool_]
    is_listed: NDArray[np.bool_]
    days_listed: Floats


def newest(connection: duckdb.DuckDBPyConnection, runs: int) -> list[Record]:
    """Live records of the newest runs that there are, newest first, the ranking in use first."""
    cursor = connection.execute(
        """
        from ml.risk_accuracy where kind = 'live'
        qualify dense_rank() over (order by as_of desc) <= $runs
        order by as_of desc, ranking <> 'list', is_in_use desc, ranking desc
        """,
        {"runs": runs},
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def forget(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Drop the record of a run that was scored again."""
    connection.execute("delete from ml.risk_accuracy where as_of = ? and kind = 'live'", [as_of])


def keep(connection: duckdb.DuckDBPyConnection, now: datetime, model: Artefact | None) -> int:
    """Make the records that are due, each in its own transaction; the number made.

    Args:
        now: this run's `as_of`: later departures are not known.
        model: in use, for its back-test.
    """
    _keep_back_test(connection, now, model)
    if not all(has_table(connection, table) for table in _NEEDED):
        return 0
    due = [row[0] for row in connection.execute(_DUE, [now - HORIZON, now - SETTLED]).fetchall()]
    for as_of in due:
        records = _records(_seen(connection, as_of))
        with transaction(connection):
            forget(connection, as_of)
            for one in records:
                settled = as_of <= now - SETTLED
                _insert(connection, one | {"known_at": now, "is_final": settled})
    if due:
        log.info("risk: the record of %d earlier runs is known", len(due))
    return len(due)


_DUE = """
    select distinct risks.as_of
    from ml.customer_risk as risks
    left join (select distinct as_of, is_final from ml.risk_accuracy where kind = 'live') as held
        on risks.as_of = held.as_of
    where risks.as_of <= $1 and (held.as_of is null or (not held.is_final and risks.as_of <= $2))
    order by risks.as_of
"""
# Merged customers go on under the surviving id; of two scores the higher counts.
_SEEN = """
    with moved as (
        select from_customer_id, max(customer_id) as customer_id
        from marts.customer_merges where change = 'merge' group by from_customer_id
    ),
    scores as (
        select coalesce(moved.customer_id, own.customer_id) as customer_id,
            max(own.score) as score, max(own.baseline) as baseline,
            arg_max(own.band, own.score) as band, max(own.model_version) as model_version
        from ml.customer_risk as own
        left join moved on own.customer_id = moved.from_customer_id
        where own.as_of = $as_of group by all
    ),
    standing as (
        select distinct customer_id from intermediate.int_risk_periods
        where started_at <= $as_of and (ended_at is null or ended_at > $as_of)
    ),
    gone as (
        select customer_id, min(left_at) as left_at from intermediate.int_risk_departures
        where left_at > $as_of and left_at <= $until group by customer_id
    ),
    listed as (
        select coalesce(moved.customer_id, own.customer_id) as customer_id, min(own.since) as since
        from {entries} as own
        left join moved on own.customer_id = moved.from_customer_id
        where own.list = $list and own.as_of = $as_of group by all
    )
    select scores.score, coalesce(scores.baseline, 'nan'::double) as baseline,
        scores.band = 'green' as is_green, gone.left_at is not null as churned,
        listed.customer_id is not null as is_listed,
        coalesce(epoch(gone.left_at - listed.since) / 86400, 'nan'::double) as days_listed,
        scores.model_version
    from scores
    inner join standing using (customer_id)
    left join gone using (customer_id)
    left join listed using (customer_id)
    order by customer_id
"""
_NO_ENTRIES = (
    "(select '' as list, '' as customer_id, null::timestamptz as as_of, "
    "null::timestamptz as since where false)"
)


def _seen(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> Seen:
    """Empty arrays where nobody of that run was a customer then."""
    listed = has_table(connection, "outreach.list_entries")
    query = _SEEN.format(entries="outreach.list_entries" if listed else _NO_ENTRIES)
    given = {"as_of": as_of, "until": as_of + HORIZON, "list": LIST}
    columns = connection.execute(query, given).fetchnumpy()
    names = ("score", "baseline", "is_green", "churned", "is_listed", "days_listed")
    version = str(next(iter(columns["model_version"]), ""))
    return Seen(as_of, version, *(np.asarray(columns[n]) for n in names))


def _records(seen: Seen) -> list[Record]:
    """One per ranking that there is."""
    capacity = int(seen.is_listed.sum())
    base: Record = {
        "as_of": seen.as_of,
        "kind": "live",
        "model_version": seen.version,
        "is_in_use": False,
        "customers": len(seen.score),
        "churners": int(seen.churned.sum()),
        "capacity": capacity or None,
    }
    if not len(seen.score):  # said, so that it is not looked at again every day
        return [base | {"ranking": "scores", "is_in_use": True}]
    found = [
        base | _ranked(seen, seen.score, capacity) | {"ranking": "scores", "is_in_use": True},
        base | _chance(seen, capacity) | {"ranking": "chance"},
    ]
    found[0]["green_share_of_churners"] = _mean(seen.is_green[seen.churned])
    if not np.isnan(seen.baseline).any():
        found.append(base | _ranked(seen, seen.baseline, capacity) | {"ranking": "health score"})
    if capacity:
        waited = seen.days_listed[~np.isnan(seen.days_listed)]
        mine = _at_capacity(float((seen.churned & seen.is_listed).sum()), capacity, seen)
        lead = float(np.median(waited)) if len(waited) else None
        found.append(base | mine | {"ranking": "list", "lead_time_days": lead})
    return found


def _ranked(seen: Seen, probability: Floats, capacity: int) -> Record:
    places = np.arange(len(probability))
    scores = measure(seen.churned.astype(float), probability, places, _RESAMPLES)
    found: Record = {name: _known(score.value) for name, score in scores.items()}
    found["auc_low"], found["auc_high"] = _known(scores["auc"].low), _known(scores["auc"].high)
    found["expected_churners"] = float(probability.sum())
    if capacity:
        found |= _at_capacity(caught(seen.churned, probability, capacity), capacity, seen)
    return found


def _chance(seen: Seen, capacity: int) -> Record:
    rate = float(seen.churned.mean())
    found: Record = {"lift_top_decile": 1.0 if rate else None, "auc": 0.5 if 0 < rate < 1 else None}
    if capacity:
        found |= _at_capacity(rate * capacity, capacity, seen) | {
            "precision_low": None,
            "precision_high": None,
        }
    return found


def _at_capacity(left: float, capacity: int, seen: Seen) -> Record:
    from scipy.stats import binomtest  # a second to import; most runs have no record to make

    churners = int(seen.churned.sum())
    wilson = binomtest(round(left), capacity).proportion_ci(method="wilson")
    return {
        "caught": left,
        "precision_at_capacity": left / capacity,
        "precision_low": float(wilson.low),
        "precision_high": float(wilson.high),
        "recall_at_capacity": left / churners if churners else None,
    }


def _keep_back_test(
    connection: duckdb.DuckDBPyConnection, now: datetime, model: Artefact | None
) -> None:
    """The back-test of the model in use, by month, in place of an earlier model's."""
    try:
        report = artefact.report(artefact.folder(), model) if model else {}
    except BadArtefact as error:  # scores are right without it
        log.warning("risk: no back-test is shown: %s", error)
        report = {}
    with transaction(connection):
        connection.execute("delete from ml.risk_accuracy where kind = 'back-test'")
        for month in report.get("months", []):
            for ranking, scores in month["measures"].items():
                known = {name: score["value"] for name, score in scores.items()}
                _insert(
                    connection,
                    known
                    | {
                        "as_of": datetime.fromisoformat(f"{month['as_of']}T00:00:00+00:00"),
                        "kind": "back-test",
                        "ranking": ranking,
                        "model_version": model.version if model else "",
                        "is_in_use": ranking == report["model"],
                        "known_at": now,
                        "is_final": True,
                        "customers": month["rows"],
                        "churners": month["churners"],
                        "auc_low": scores["auc"]["low"],
                        "auc_high": scores["auc"]["high"],
                    },
                )


def _insert(connection: duckdb.DuckDBPyConnection, record: Record) -> None:
    names = ", ".join(record)
    places = ", ".join(f"${name}" for name in record)
    connection.execute(f"insert into ml.risk_accuracy ({names}) values ({places})", record)


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
