"""False alarms and power of the trending topics, on noise whose truth is known.

The peer is the plain reading of "median and MAD of 8 same weekdays": the distance from the median
in MADs, as if counts on the root scale were normal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from bench.plain_sql import create, plain_sql
from sample import AS_OF

Counts = NDArray[np.int64]
QUARTER = 91
SETTINGS = (1, 0.1)  # false alarms per topic and quarter
LAST_DAY = AS_OF.date() - timedelta(1)
WARM_UP = 28 * 7  # the baseline's 8 weeks, the growth's 4, the scale's 16
WEEK = np.array([1.28, 1.15, 1.08, 1.02, 0.98, 0.62, 0.55]) / 6.68 * 7
RATES = (0.3, 2, 10, 50, 200)
MODELS = (
    *("int_conversation_topics", "int_topics_daily", "int_topics_expected"),
    *("kpi_topics_trending", "kpi_topic_alerts", "kpi_topic_impact"),
)
PEER = """
    with earlier as (
        select
            daily.topic,
            daily.metric_date,
            2 * sqrt(daily.conversations + 0.375) as root,
            2 * sqrt(past.conversations + 0.375) as past_root
        from int_topics_daily as daily
        cross join range(1, 9) as weeks(n)
        inner join int_topics_daily as past
            on daily.topic = past.topic and daily.metric_date - 7 * weeks.n::int = past.metric_date
    )
    select
        topic,
        metric_date,
        any_value(root) as root,
        median(past_root) as middle,
        mad(past_root) as mad
    from earlier
    group by all
"""


@dataclass(frozen=True)
class Noise:
    """Counts per day around a rate: Poisson, or negative binomial of a size; growing or not."""

    rate: float
    size: float | None = None
    growth: float = 0.0

    def counts(
        self,
        chance: np.random.Generator,
        topics: int,
        days: int,
        times: Mapping[int, float] | None = None,
    ) -> Counts:
        """One row per topic. `times` multiplies single days (-1: the last)."""
        ago = np.arange(days)[::-1]
        # The last day is a Friday: of about the rate itself.
        mean = self.rate * WEEK[(4 - ago) % 7] * (1 + self.growth) ** (-ago / 365)
        for number, factor in (times or {}).items():
            mean[number] *= factor
        means = np.broadcast_to(mean, (topics, days))
        if self.size is None:
            return chance.poisson(means)
        return chance.negative_binomial(self.size, self.size / (self.size + means))


def models() -> dict[str, str]:
    """The models about topics in plain SQL over tables of their own names."""
    return plain_sql(MODELS)


def build(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    create(connection, {name: models()[name] for name in names})


def judged(counts: Mapping[str, Counts], last: date = LAST_DAY) -> duckdb.DuckDBPyConnection:
    """A database in which the days of every series, named `name|number`, were judged."""
    topics, dates, values = [], [], []
    for name, rows in counts.items():
        days = rows.shape[1]
        for number, row in enumerate(rows):
            topics += [f"{name}|{number}"] * days
            dates += [last - timedelta(days - 1 - n) for n in range(days)]
            values.append(row)
    connection = duckdb.connect()
    drawn = pa.table(
        {
            "topic": topics,
            "metric_date": pa.array(dates, pa.date32()),
            "conversations": np.concatenate(values),
        }
    )
    connection.register("drawn", drawn)
    connection.execute(
        "create table int_topics_daily as "
        "select *, conversations as customers, true as is_known from drawn"
    ).fetchall()
    build(connection, ("int_topics_expected", "kpi_topics_trending"))
    return connection


def alarms(
    connection: duckdb.DuckDBPyConnection, per_quarter: float, first: date
) -> dict[str, tuple[int, int]]:
    """By series name: days flagged at a setting, and days judged, from a day on."""
    rows = connection.execute(
        "select split_part(topic, '|', 1), count(*) filter (where probability < ?), "
        "count(probability) from kpi_topics_trending where metric_date >= ? group by 1",
        [per_quarter / QUARTER, first],
    ).fetchall()
    return {name: (flagged, days) for name, flagged, days in rows}


def peer_alarms(
    connection: duckdb.DuckDBPyConnection, per_quarter: float, first: date
) -> dict[str, tuple[int, int]]:
    """The same by the peer; a MAD of 0 counts as the scatter of chance."""
    rows = connection.execute(
        "select split_part(topic, '|', 1), count(*) filter (where root - middle > ? * "
        "case when mad > 0 then 1.4826 * mad else 1 end), count(*) "
        f"from ({PEER}) where metric_date >= ? group by 1",
        [float(stats.norm.isf(per_quarter / QUARTER)), first],
    ).fetchall()
    return {name: (flagged, days) for name, flagged, days in rows}


def interval(flagged: int, days: int) -> tuple[float, float, float]:
    """Alarms per topic and quarter with the exact 95 % interval of a Poisson count."""
    quarters = days / QUARTER
    low = stats.chi2.ppf(0.025, 2 * flagged) / 2 if flagged else 0.0
    return flagged / quarters, low / quarters, stats.chi2.ppf(0.975, 2 * flagged + 2) / 2 / quarters


KINDS: dict[str, dict[str, float]] = {
    "chance alone (Poisson)": {},
    "size 20": {"size": 20},
    "size 5": {"size": 5},
    "size 2": {"size": 2},
    "size 20, +30 % a year": {"size": 20, "growth": 0.3},
}


def false_alarms(chance: np.random.Generator, topics: int = 50, quarters: int = 8) -> None:
    """Print a line per rate and kind of noise: what each setting comes to, and the peer's."""
    first = LAST_DAY - timedelta(quarters * QUARTER - 1)
    for rate in RATES:
        connection = judged(
            {
                kind: Noise(rate, **values).counts(chance, topics, WARM_UP + quarters * QUARTER)
                for kind, values in KINDS.items()
            }
        )
        found = [
            (setting, alarms(connection, setting, first), peer_alarms(connection, setting, first))
            for setting in SETTINGS
        ]
        for kind in KINDS:
            print(f"  {rate:>5} {kind:<24}", end="")
            for setting, ours, theirs in found:
                value, low, high = interval(*ours[kind])
                peer, _, _ = interval(*theirs[kind])
                print(
                    f" | set {setting}: {value:.2f} ({low:.2f}-{high:.2f}), peer {peer:.1f}", end=""
                )
            print()


def power(chance: np.random.Generator, topics: int = 400) -> None:
    """Print the share of multiplied days that are flagged, by setting."""
    for rate, factor in ((2, 3), (2, 5), (10, 3), (10, 5), (50, 3), (200, 3)):
        connection = judged(
            {
                kind: Noise(rate, **values).counts(chance, topics, WARM_UP, {-1: factor})
                for kind, values in KINDS.items()
            }
        )
        found = [alarms(connection, setting, LAST_DAY) for setting in SETTINGS]
        for kind in KINDS:
            shares = "  ".join(f"{ours[kind][0] / topics:.2f}" for ours in found)
            print(f"  {rate:>5} x {factor} {kind:<24} {shares}")


def main() -> None:
    chance = np.random.default_rng(4)
    print("\nfalse alarms per topic and quarter (95 % interval), 50 topics over 8 quarters each")
    false_alarms(chance)
    print(f"\nshare of multiplied days flagged, of 400 each, at {SETTINGS} per quarter")
    power(chance)
