"""Which records a KPI is made of: what `heedline explain` shows.

Reads `kpi_evidence` of the published version, so it explains the numbers that people see and never
keeps a running pipeline waiting.
"""

from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import duckdb

from runtime.published import Row, opened, rows_of
from warehouse.settings import Settings

DIMENSIONS = ("channel", "team", "topic", "segment")
NONE = "none"
"""What a filter says to ask for records without that dimension."""


class NoSuchKpi(LookupError):
    """Nothing of that name is published; the text names the closest."""


@dataclass(frozen=True)
class Question:
    """A KPI (of the scorecard or of kpi_daily), its days, and what it is narrowed down to.

    Attributes:
        first, last: first and last metric_date, both counted; None: the scorecard's period.
        where: dimension → values, any of which counts; `NONE` is no value.
    """

    kpi: str
    first: date | None = None
    last: date | None = None
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """A KPI's value over its records, and the records.

    Attributes:
        numerator, denominator, value: as the KPI marts have them; denominator is None for counts,
            value None where there is nothing to divide by.
        records: what each adds, the largest share of the numerator first.
    """

    kpi: str
    label: str
    kind: str
    first: date
    last: date
    where: dict[str, tuple[str, ...]]
    numerator: float
    denominator: float | None
    value: float | None
    records: list[Row]


def explain(home: Settings, question: Question) -> Explanation:
    """Find the records behind a KPI.

    Raises:
        FileNotFoundError: nothing is published.
        NoSuchKpi: the name is neither a scorecard's nor a measure's.
    """
    with opened(home) as connection:
        measure, label, kind, where = _meant(connection, question)
        first, last = _period(connection, question)
        records = _records(connection, measure, kind, first, last, where)
    numerator = sum(row["numerator"] for row in records)
    denominator = None if kind in {"count", "level"} else sum(r["denominator"] for r in records)
    return Explanation(
        *(question.kpi, label, kind, first, last, where, numerator, denominator),
        _value(kind, numerator, denominator),
        records,
    )


def _meant(
    connection: duckdb.DuckDBPyConnection, question: Question
) -> tuple[str, str, str, dict[str, tuple[str, ...]]]:
    """(measure, label, kind, filters); a scorecard's KPI brings the channels and topic it is of."""
    where = {name: values for name, values in question.where.items() if values}
    card = connection.execute(
        "select measure, label, kind, channels, topic from kpi_scorecard where kpi = ?",
        [question.kpi],
    ).fetchone()
    if card:
        if card[3]:
            where.setdefault("channel", tuple(card[3].split(";")))
        if card[4]:
            where.setdefault("topic", (card[4],))
        return card[0], card[1], card[2], where
    measured = connection.execute(
        "select kind from kpi_daily where kpi = ? limit 1", [question.kpi]
    ).fetchone()
    if measured:
        return question.kpi, question.kpi, measured[0], where
    known = [
        row[0]
        for row in connection.execute(
            "select kpi from kpi_scorecard union select distinct kpi from kpi_daily order by kpi"
        ).fetchall()
    ]
    close = get_close_matches(question.kpi, known, n=3, cutoff=0.5) or known[:3]
    raise NoSuchKpi(
        f"no KPI {question.kpi!r} is published; did you mean {', '.join(close)}? "
        "`heedline explain` alone lists them all"
    )


def _period(connection: duckdb.DuckDBPyConnection, question: Question) -> tuple[date, date]:
    period = connection.execute(
        "select min(period_start), max(period_end) from kpi_scorecard"
    ).fetchone()
    assert period is not None
    first = question.first or period[0]
    return first, question.last or question.first or period[1]


def _records(
    connection: duckdb.DuckDBPyConnection,
    measure: str,
    kind: str,
    first: date,
    last: date,
    where: dict[str, tuple[str, ...]],
) -> list[Row]:
    # A level is that of the last day; everything else adds up over the days.
    days = "$last between e.first_date and e.last_date" if kind == "level" else (
        "e.first_date between $first and $last"
    )  # fmt: skip
    parameters: dict[str, Any] = {"kpi": measure, "last": last}
    if kind != "level":
        parameters["first"] = first
    conditions = ["e.kpi = $kpi", days]
    for name in DIMENSIONS:
        if values := where.get(name):
            conditions.append(f"coalesce(e.{name}, '{NONE}') in (select unnest(${name}))")
            parameters[name] = list(values)
    return rows_of(
        connection,
        f"""
        select
            e.dated_at, c.source_system, c.remote_id, e.channel, e.team, e.topic, e.segment,
            e.customer_id, e.numerator, e.denominator, e.fact, e.record_id, e.conversation_id
        from kpi_evidence as e
        left join fct_conversations as c on e.conversation_id = c.conversation_id
        where {" and ".join(conditions)}
        -- Of a customer's answers in the period the latest counts.
        qualify e.kind <> 'nps' or row_number() over (
            partition by coalesce(e.customer_id, e.record_id)
            order by e.dated_at desc, e.record_id
        ) = 1
        order by e.numerator desc, e.dated_at desc, e.record_id
        """,
        parameters,
    )


def _value(kind: str, numerator: float, denominator: float | None) -> float | None:
    """As macros/kpi_value.sql."""
    if kind in {"count", "level"}:
        return numerator
    if not denominator:
        return None
    return (100 if kind == "nps" else 1) * numerator / denominator


def all_kpis(home: Settings) -> list[Row]:
    """Every KPI that can be explained: name, label (of the scorecard), kind, latest day."""
    with opened(home) as connection:
        return rows_of(
            connection,
            """
            with measured as (
                select kpi, any_value(kind) as kind, max(metric_date) as latest
                from kpi_daily group by kpi
            )
            select coalesce(card.kpi, measured.kpi) as kpi, coalesce(card.label, '') as label,
                measured.kind, measured.latest
            from kpi_scorecard as card
            full join measured on card.measure = measured.kpi
            order by card.sort_order nulls last, kpi
            """,
        )
