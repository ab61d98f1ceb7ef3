"""The weekly drift report: do customers write, and does the tagger answer, as in the weeks before?

One ISO week (Monday to Monday, UTC) against the weeks before it, per channel and for all together;
`drift.yml` says from where a measure alerts. Texts tagged by the tagger in use on both sides are
compared. An alert has to be larger than its threshold and than what chance gives: over all rows of
a report, chance alone alerts in at most `false_alarms` of the weeks.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import duckdb
import pyarrow as pa

from ml.tagger import model
from ml.tagger.drift.measures import Row, measure
from ml.tagger.drift.rules import Rules, rules
from ml.tagger.drift.texts import Population, first_moment, read
from ml.tagger.in_use import in_use
from ml.tagger.tag_warehouse import NotUnified
from warehouse.clock import iso
from warehouse.duck import has_table, transaction, warehouse

log = logging.getLogger(__name__)

_SCHEMA = pa.schema(
    [
        ("week", pa.date32()),
        ("channel", pa.string()),
        ("measure", pa.string()),
        ("model_version", pa.string()),
        ("value", pa.float64()),
        ("reference_value", pa.float64()),
        ("threshold", pa.float64()),
        ("p_value", pa.float64()),
        ("texts", pa.int64()),
        ("reference_texts", pa.int64()),
        ("is_alert", pa.bool_()),
        ("detail", pa.string()),
    ]
)


class WeekNotOver(RuntimeError):
    """The warehouse does not hold the whole week yet."""


class Drifted(RuntimeError):
    """A measure is past its threshold; the message says which, by how much and what to look at."""


@dataclass(frozen=True)
class DriftReport:
    """What a run wrote: the week's Monday, rows with and without a value, those that alert."""

    week: str
    model_version: str
    measured: int
    too_few: int
    alerts: list[dict[str, Any]]


def monday(day: date) -> date:
    """The first day of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def newest_week(as_of: datetime) -> date:
    """Monday of the newest week that is over."""
    return monday(as_of.astimezone(UTC).date()) - timedelta(weeks=1)


def built_as_of(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Up to when the warehouse knows what was written.

    Raises:
        NotUnified: it has never been built.
    """
    query = "select as_of from ops.builds where layer = 'unified'"
    rows = connection.execute(query).fetchall() if has_table(connection, "ops.builds") else []
    if not rows:
        raise NotUnified("nothing has been unified yet; run the `unify` step first")
    built: datetime = rows[0][0]
    return built


def compute(connection: duckdb.DuckDBPyConnection, week: date) -> pa.Table:
    """The report's rows, with the columns of `ml.tagger_drift`.

    Args:
        week: its Monday.

    Raises:
        NotUnified: the unified terms have not been built.
        WeekNotOver: they were built as of a moment before the week's end.
    """
    end = first_moment(week) + timedelta(weeks=1)
    built = built_as_of(connection)
    if built < end:
        raise WeekNotOver(
            f"the week of {week} ends at {iso(end)} and the warehouse was built as of "
            f"{iso(built)}; run a round first, or ask for the week of {newest_week(built)}"
        )
    limits, version = rules(), in_use(connection) or model.load().version
    population = read(connection, week, limits.reference_weeks, version)
    said = {"week": week, "model_version": version}
    rows = judge(population, limits)
    listed = [{**asdict(row), **said, "detail": json.dumps(row.detail)} for row in rows]
    return pa.Table.from_pylist(listed, schema=_SCHEMA)


def judge(population: Population, limits: Rules) -> list[Row]:
    """Every measure of all texts and of each channel's.

    A row alerts when it is past its threshold and chance takes any row as far in at most
    `false_alarms` of weeks without drift. Channels share that evenly, and each is shuffled often
    enough to tell.
    """
    channels = ["all", *sorted(population.messages["channel"].dropna().unique())]
    shuffles = ceil(2 * len(channels) / limits.false_alarms)
    rows = [row for name in channels for row in measure(population, name, limits, shuffles)]
    measured = [row for row in rows if row.value is not None]
    looked_at = len({row.channel for row in measured})
    for row in measured:
        row.p_value = round(min(1.0, (row.p_value or 0.0) * looked_at), 4)
        is_beyond_chance = row.p_value <= limits.false_alarms
        row.is_alert = is_beyond_chance and (row.value or 0.0) >= (row.threshold or 0.0)
    return rows


def write(as_of: datetime) -> DriftReport:
    """Write the report of the newest week that was over at `as_of`; rows of that week are replaced.

    Raises:
        NotUnified, WeekNotOver: as `compute`.
    """
    week = newest_week(as_of)
    with warehouse() as connection:
        found = compute(connection, week)
        connection.register("found", found)
        with transaction(connection):
            connection.execute("delete from ml.tagger_drift where week = ?", [week])
            connection.execute("insert into ml.tagger_drift by name select * from found")
    rows = found.to_pylist()
    measured = sum(row["value"] is not None for row in rows)
    named = ("channel", "measure", "value", "reference_value", "threshold")
    alerts = [{name: row[name] for name in named} for row in rows if row["is_alert"]]
    log.info("drift: week of %s, %d rows measured, %d alert", week, measured, len(alerts))
    version = str(rows[0]["model_version"]) if rows else ""
    return DriftReport(week.isoformat(), version, measured, len(rows) - measured, alerts)


def written(connection: duckdb.DuckDBPyConnection, week: date) -> pa.Table | None:
    """The rows written for a week, None where there are none."""
    if not has_table(connection, "ml.tagger_drift"):
        return None
    query = "select * from ml.tagger_drift where week = ? order by rowid"
    found: pa.Table = connection.sql(query, params=[week]).to_arrow_table()
    return found if found.num_rows else None


def alert(report: DriftReport) -> str:
    """Say what drifted; as an error where `drift.yml` says `alert: fail`.

    Raises:
        Drifted: a row alerts.
    """
    limits = rules()
    if not report.alerts:
        return f"no drift in the week of {report.week}"
    lines = []
    for name in dict.fromkeys(row["measure"] for row in report.alerts):
        where = "; ".join(_alarming(row) for row in report.alerts if row["measure"] == name)
        lines.append(f"- {name}: {where}. {limits.measures[name].look_at}")
    message = "\n".join(
        [
            f"drift in the week of {report.week}, tagger {report.model_version}:",
            *lines,
            f"`heedline drift --week {report.week}` shows all; docs/runbook.md says what to do",
        ]
    )
    if limits.alert == "fail":
        raise Drifted(message)
    log.warning("%s", message)
    return message


def _alarming(row: dict[str, Any]) -> str:
    before = "" if row["reference_value"] is None else f", before {row['reference_value']}"
    return f"{row['channel']} {row['value']} (alerts from {row['threshold']}{before})"
