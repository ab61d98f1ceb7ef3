"""`heedline query`: any KPI by anything it can be grouped by."""

import csv
import io
import json
from datetime import date, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from commands.console import CommandFailed, Format, out
from runtime.semantic import NONE, PERIODS, Answer, CannotAsk, Metrics, Request, short
from warehouse.settings import settings


def query(
    metrics: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[METRIC]…",
            help="One or more metrics, e.g. `csat` or `csat fcr`. Without one: the list of all.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="Split by day, week, month, quarter, year, channel, team, topic, segment, brand … "
            "(repeat for several).",
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="NAME=VALUE",
            help="Only these, e.g. `channel=chat` (repeat for several, of one name: any of them; "
            f"`{NONE}` for without).",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First day, e.g. 2026-06-01. Default: all.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    output: Annotated[
        Format, typer.Option("--format", help="How to print; csv and json hold every digit.")
    ] = Format.table,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL, to be run on support.duckdb, instead.")
    ] = False,
) -> None:
    """Any KPI, split and narrowed down as you like: by month and brand, by the customers' health …

    The numbers are those of the scorecard, the report and BI tools, to the last digit. `heedline
    explain` lists the records behind one. Asked of what is published: a running pipeline is not
    kept waiting.

    Examples: `heedline query csat --by month --by channel` ·
    `heedline query fcr backlog --by team --from 2026-06-01` ·
    `heedline query nps --by quarter --by health_band --format csv`
    """
    known = Metrics(settings())
    if not metrics:
        _list_all(known)
        return
    days = _day(first), _day(last)
    if days[0] and days[1] and days[1] < days[0]:
        raise CommandFailed(f"--to {last} is before --from {first}")
    try:
        found = known.answer(Request(tuple(metrics), tuple(by or ()), _filters(where), *days))
    except CannotAsk as error:
        raise CommandFailed(str(error)) from None
    if sql:
        out.out(found.sql, highlight=False)
    elif output is Format.table:
        _show(found)
    elif output is Format.json:
        rows = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in found.rows]
        out.out(json.dumps(rows, indent=2, ensure_ascii=False), highlight=False)
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(found.columns)
        writer.writerows([_plain(value) for value in row] for row in found.rows)
        out.out(text.getvalue(), end="", highlight=False)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandFailed(f"{text!r} is not a day; write it as 2026-06-29") from None


def _filters(where: list[str] | None) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for text in where or ():
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise CommandFailed(f"--where {text!r}: write it as channel=chat")
        filters[name.strip()] = (*filters.get(name.strip(), ()), value.strip())
    return filters


def _plain(value: object) -> object:
    """Periods as dates: all of them begin at midnight."""
    return value.date().isoformat() if isinstance(value, datetime) else value


def _list_all(known: Metrics) -> None:
    table = Table("metric", "what", "unit", "better", box=None)
    better = {"at_most": "less", "at_least": "more"}
    for metric in known.all.values():
        table.add_row(metric.name, metric.label, metric.unit, better.get(metric.better, "–"))
    out.print(table)
    out.print(
        f"\n--by {', '.join(PERIODS)}; {', '.join(map(short, known.groups(('csat',))))} "
        "(backlog: channel, team, topic and segment)"
    )


def _show(found: Answer) -> None:
    table = Table(box=None)
    split = len(found.columns) - len(found.metrics)
    for name in found.columns[:split]:
        table.add_column(name)
    for metric in found.metrics:
        table.add_column(metric.label, justify="right")
    for row in found.rows:
        table.add_row(
            *(escape(str(_plain(value))) if value is not None else "–" for value in row[:split]),
            *(
                _number(value, metric.unit)
                for value, metric in zip(row[split:], found.metrics, strict=True)
            ),
        )
    out.print(table)
    if not found.rows:
        out.print("nothing was measured there")
    if len(found.metrics) == 1:
        out.print(f"\n{escape(found.metrics[0].description)}", style="dim")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.{ {'conversations': 0, 'score': 2}.get(unit, 1) }f}"
