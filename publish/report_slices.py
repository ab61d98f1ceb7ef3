"""What the report's filters add up: sums of `kpi_daily` by week up to the scorecard's last day.

Weeks of 7 days that end on that day rather than calendar weeks, so that the newest four of them are
the scorecard's 28 days and show its numbers. Sums only, never values: a reader who picks a channel
and a period divides what was added up, as the marts do.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

WEEKS = 26
DIMENSIONS = ("channel", "team", "topic")
MOST_VALUES = 24  # of a dimension; the busiest ones
UNKNOWN = "not known"
_DIGITS = 6  # of a sum: far below what is shown, and half the size

_SUMS = f"""
    with ends as (select max(period_end) as last_day from kpi_scorecard),
    days as (
        select kpi, kind, numerator, denominator,
            {", ".join(f"coalesce({name}, '{UNKNOWN}') as {name}" for name in DIMENSIONS)},
            date_diff('day', metric_date, last_day) as age
        from kpi_daily cross join ends
        where metric_date <= last_day and metric_date > last_day - {7 * WEEKS}
    )
    select kpi, any_value(kind) as kind, cast(age // 7 as integer) as weeks_back,
        case when grouping(channel) = 0 then 'channel' when grouping(team) = 0 then 'team'
            when grouping(topic) = 0 then 'topic' else '' end as dimension,
        coalesce(channel, team, topic, '') as slice,
        sum(numerator) as numerator, sum(denominator) as denominator
    from days
    -- A level is not added up over days: that of the last one stands for the week.
    where kind <> 'level' or age % 7 = 0
    group by grouping sets (
        (kpi, age // 7), {", ".join(f"(kpi, age // 7, {name})" for name in DIMENSIONS)}
    )
"""
_CARD = """
    select kpi, label, unit, target_direction, numerator, denominator, value, period_end
    from kpi_scorecard order by sort_order, kpi
"""


@dataclass(frozen=True)
class Slices:
    """The report's data for `filters.js`; `found` is False where nothing can be filtered."""

    data: dict[str, Any]

    @property
    def found(self) -> bool:
        return bool(self.data.get("kpis"))


def read(snapshot: Path) -> Slices:
    """Read the sums of every KPI that the scorecard and `kpi_daily` share.

    Returns:
        `weeks` (first days, oldest first), `end` (last day), `slices` (`by`, `name`; the first is
        everything), `kpis` (`id`, `label`, `unit`, `kind`, `more_is`), and `sums`: per
        KPI and slice two lists by week, numerators and denominators (none for counts and levels).
    """
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        sums = connection.execute(_SUMS).df()
        card = connection.execute(_CARD).df()
    if sums.empty or card.empty:
        return Slices({})
    end = card["period_end"].max()
    slices = _slices(sums)
    kpis, table = [], []
    by_kpi = dict(iter(sums.groupby("kpi")))
    for row in card.drop_duplicates("kpi").to_dict("records"):
        own = by_kpi.get(row["kpi"])
        # A customer counts once in a period for the NPS, however often they answered: days of it
        # do not add up.
        if own is None or own["kind"].iloc[0] == "nps":
            continue
        kpis.append(_kpi(row, own))
        table.append(_by_slice(own, slices))
    starts = [end - pd.Timedelta(days=7 * back + 6) for back in range(WEEKS)][::-1]
    return Slices(
        {
            "weeks": [start.date().isoformat() for start in starts],
            "end": end.date().isoformat(),
            "slices": [{"by": by, "name": name} for by, name in slices],
            "kpis": kpis,
            "sums": table,
        }
    )


def _slices(sums: pd.DataFrame) -> list[tuple[str, str]]:
    """Everything, then the busiest values of each dimension, by name."""
    busy = sums[sums["kpi"] == "conversations_opened"]
    slices = [("", "")]
    for dimension in DIMENSIONS:
        counted = busy[busy["dimension"] == dimension].groupby("slice")["numerator"].sum()
        busiest = counted.sort_values(ascending=False, kind="stable").index[:MOST_VALUES]
        slices += [(dimension, name) for name in sorted(busiest)]
    return slices


def _kpi(row: dict[Hashable, Any], own: pd.DataFrame) -> dict[str, Any]:
    kind = str(own["kind"].iloc[0])
    # The scorecard's number may be of some channels only, as its label says; a filter's is not.
    whole = own[(own["dimension"] == "") & (own["weeks_back"] < 4)]["numerator"].sum()
    is_same = kind == "level" or math.isclose(whole, row["numerator"] or 0, rel_tol=1e-6)
    return {
        "id": row["kpi"],
        "label": row["label"] if is_same else row["label"].split(",")[0],
        "unit": row["unit"],
        "kind": kind,
        "more_is": {"at_least": "better", "at_most": "worse"}.get(row["target_direction"], ""),
    }


def _by_slice(own: pd.DataFrame, slices: list[tuple[str, str]]) -> list[list[list[float]] | None]:
    found = dict(iter(own.groupby(["dimension", "slice"])))
    return [_weeks(found[key]) if key in found else None for key in slices]


def _weeks(part: pd.DataFrame) -> list[list[float]]:
    """Numerators and denominators, oldest week first; leading weeks without any are left out."""
    lists = []
    for name in ("numerator", "denominator"):
        values: list[float] = [0] * WEEKS
        for back, value in zip(part["weeks_back"], part[name], strict=True):
            if not pd.isna(value):
                values[WEEKS - 1 - back] = _short(value)
        lists.append(values)
    return lists if any(lists[1]) else lists[:1]


def _short(value: float) -> float:
    rounded = round(float(value), _DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded
