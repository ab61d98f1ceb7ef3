"""`heedline explain`: the records behind a KPI."""

import csv
import io
import json
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from commands.console import CommandFailed, Format, out
from runtime.explanation import NONE, Explanation, NoSuchKpi, Question, all_kpis
from runtime.explanation import explain as explain_kpi
from warehouse.clock import iso
from warehouse.settings import settings


def _filter(name: str) -> Any:
    return typer.Option(
        f"--{name}", help=f"Only this {name} (repeat for several; `{NONE}` for without)."
    )


def explain(
    kpi: Annotated[
        str | None,
        typer.Argument(
            metavar="[KPI]",
            help="A KPI of the scorecard or of kpi_daily, e.g. `fcr` or "
            "`first_response_minutes_chat`. Without one: the list of all.",
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Argument(
            metavar="[FROM]", help="First day, e.g. 2026-06-01. Default: the scorecard's period."
        ),
    ] = None,
    last: Annotated[
        str | None, typer.Argument(metavar="[TO]", help="Last day. Default: the first one.")
    ] = None,
    channel: Annotated[list[str] | None, _filter("channel")] = None,
    team: Annotated[list[str] | None, _filter("team")] = None,
    topic: Annotated[list[str] | None, _filter("topic")] = None,
    segment: Annotated[list[str] | None, _filter("segment")] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many records the table shows.")
    ] = 20,
    output: Annotated[
        Format, typer.Option("--format", help="How to print; csv and json hold every record.")
    ] = Format.table,
) -> None:
    """Which conversations a KPI is made of, and what each adds to it.

    The numerator and denominator of the records add up to the number that the scorecard, the report
    and BI tools show. In SQL the same records are `kpi_evidence` in `support.duckdb`.

    Examples: `heedline explain csat` · `heedline explain fcr 2026-06-29 --team Billing` ·
    `heedline explain backlog 2026-06-29 --format csv`
    """
    if kpi is None:
        _list_all()
        return
    days = _day(first), _day(last)
    if days[0] and days[1] and days[1] < days[0]:
        raise CommandFailed(f"{last} is before {first}; give the first day, then the last")
    asked = {"channel": channel, "team": team, "topic": topic, "segment": segment}
    where = {name: tuple(values) for name, values in asked.items() if values}
    try:
        found = explain_kpi(settings(), Question(kpi, *days, where))
    except NoSuchKpi as error:
        raise CommandFailed(str(error)) from None
    if output is Format.table:
        _show(found, limit)
    elif output is Format.json:
        out.out(json.dumps(vars(found), default=_plain, indent=2), highlight=False)
    else:
        text = io.StringIO()
        if found.records:
            writer = csv.DictWriter(text, found.records[0])
            writer.writeheader()
            for row in found.records:
                writer.writerow({**row, "dated_at": iso(row["dated_at"])})
        out.out(text.getvalue(), end="", highlight=False)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandFailed(f"{text!r} is not a day; write it as 2026-06-29") from None


def _plain(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)


def _list_all() -> None:
    table = Table("KPI", "what", "kind", "measured until", box=None)
    for row in all_kpis(settings()):
        table.add_row(row["kpi"], row["label"], row["kind"] or "–", str(row["latest"] or "–"))
    out.print(table)


def _show(found: Explanation, limit: int) -> None:
    days = f"{found.first} … {found.last}" if found.first != found.last else f"{found.first}"
    narrowed = [f"{name} {' or '.join(values)}" for name, values in sorted(found.where.items())]
    out.print(f"[bold]{found.label}[/]  {escape(' · '.join([days, *narrowed]))}")
    out.print(_sum(found))
    if not found.records:
        return
    table = Table("when", "conversation", "channel", "team", "topic", box=None)
    table.add_column("adds", justify="right")
    if found.denominator is not None:
        table.add_column("of", justify="right")
    for row in found.records[:limit]:
        name = f"{row['source_system']}:{row['remote_id']}" if row["remote_id"] else "–"
        cells = (row["channel"], row["team"], row["topic"])
        numbers = [row["numerator"], row["denominator"]][: 1 if found.denominator is None else 2]
        table.add_row(
            f"{row['dated_at']:%Y-%m-%d %H:%M}",
            escape(name),
            *(escape(cell or "–") for cell in cells),
            *(f"{number:,.2f}".rstrip("0").rstrip(".") for number in numbers),
        )
    out.print()
    out.print(table)
    if (more := len(found.records) - limit) > 0:
        out.print(f"… and {more:,} more (--limit, or --format csv for all)")


def _sum(found: Explanation) -> str:
    """`84.1% = 419 / 498 of 498 records`."""
    n = f"{len(found.records):,} records"
    if found.value is None:
        return f"nothing to divide by: {n}"
    if found.kind in {"count", "level"}:
        return f"{found.value:,.0f} = {n}"
    of = f"{found.numerator:,.2f}".rstrip("0").rstrip(".") + f" / {found.denominator:,.0f} of {n}"
    if found.kind == "share":
        return f"{found.value:.1%} = {of}"
    return f"{found.value:,.1f} = {'100 × ' if found.kind == 'nps' else ''}{of}"
