"""`heedline drift`: do customers write, and does the tagger answer, as before?"""

import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from commands.console import CommandFailed, out
from ml.tagger.drift import report as report
from ml.tagger.drift.rules import BadRules, rules
from ml.tagger.errors import BadModel
from ml.tagger.tag_warehouse import NotUnified
from warehouse.duck import warehouse


class DriftFormat(StrEnum):
    """How to print the report."""

    table = "table"
    json = "json"


def drift(
    week: Annotated[
        str | None,
        typer.Option(
            "--week",
            metavar="YYYY-MM-DD",
            help="A day of the week to look at (Monday to Sunday, UTC). Default: the newest week "
            "that the warehouse holds whole.",
        ),
    ] = None,
    output: Annotated[
        DriftFormat, typer.Option("--format", help="How to print; json holds every row and detail.")
    ] = DriftFormat.table,
) -> None:
    """Do customers write, and does the tagger answer, as in the weeks before?

    Shows what the DAG `tagger_drift` wrote about the week, or, where it wrote nothing, computes it
    now without keeping it. A shift counts beyond what chance alone gives: 0 is none. Of scores and
    mixes it is a population stability index (0.1 moderate, 0.25 large), of the vocabulary a
    Jensen-Shannon distance (0 same words, 1 none in common); the rest are shares. Thresholds:
    `ml/tagger/drift/drift.yml`. What to do about an alert: docs/runbook.md.

    Examples: `heedline drift` · `heedline drift --week 2026-03-16` · `heedline drift --format json`
    """
    day = _day(week)
    try:
        with warehouse(read_only=True) as connection:
            first = report.monday(day or report.newest_week(report.built_as_of(connection)))
            kept = report.written(connection, first)
            found = kept if kept is not None else report.compute(connection, first)
    except (BadModel, BadRules, NotUnified, report.WeekNotOver) as error:
        raise CommandFailed(str(error)) from None
    rows = [{**row, "detail": json.loads(row["detail"])} for row in found.to_pylist()]
    if output is DriftFormat.json:
        out.out(json.dumps(rows, default=str, ensure_ascii=False, indent=2), highlight=False)
    else:
        _show(rows, is_kept=kept is not None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandFailed(f"{text!r} is not a day; write it as 2026-06-29") from None


def _show(rows: list[dict[str, Any]], *, is_kept: bool) -> None:
    measured = [row for row in rows if row["value"] is not None]
    alerts = [row for row in measured if row["is_alert"]]
    how = "as written by tagger_drift" if is_kept else "computed now, not kept"
    said = f"{len(alerts)} of {len(measured)} measures alert" if measured else "nothing to compare"
    out.print(f"[bold]Week of {rows[0]['week']}[/]: {said}  ({rows[0]['model_version']}, {how})")
    shown = [row for row in measured if row["channel"] == "all" or _verdict(row)]
    if shown:
        out.print(_table(shown))
    if quiet := [c for c in _channels(measured) if c not in _channels(shown)]:
        out.print(f"nothing past its threshold: {escape(', '.join(quiet))}")
    for reason in sorted({row["detail"].get("too_few", "") for row in rows} - {""}):
        those = [row for row in rows if row["detail"].get("too_few") == reason]
        channels = escape(", ".join(_channels(those)))
        out.print(f"too few {escape(reason)}: {channels}", style="dim")
    for row in shown:
        if row["measure"] == "vocabulary":
            _words(row)
        elif row["is_alert"] and "moved" in row["detail"]:
            _moved(row)
    for measure in dict.fromkeys(row["measure"] for row in alerts):
        where = escape(", ".join(r["channel"] for r in alerts if r["measure"] == measure))
        out.print(f"[red]{measure}[/] ({where}): {escape(rules().measures[measure].look_at)}")


def _channels(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["channel"] for row in rows))


def _table(shown: list[dict[str, Any]]) -> Table:
    table = Table("channel", "measure", box=None)
    for heading in ("value", "before", "alerts from", "chance", "texts", "texts before"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for row in shown:
        numbers = (row["value"], row["reference_value"], row["threshold"])
        table.add_row(
            escape(row["channel"]),
            row["measure"],
            *("–" if number is None else f"{number:.3f}" for number in numbers),
            f"{row['p_value']:.1%}",
            f"{row['texts']:,}",
            f"{row['reference_texts']:,}",
            _verdict(row),
        )
    return table


def _verdict(row: dict[str, Any]) -> str:
    if row["is_alert"]:
        return "[red]alert[/]"
    return "may be chance" if row["value"] >= row["threshold"] else ""


def _words(row: dict[str, Any]) -> None:
    for kind, label in (("new", "new"), ("more", "more often"), ("less", "less often")):
        if row["detail"][kind]:
            out.print(f"{escape(row['channel'])}, {label}: {', '.join(row['detail'][kind])}")


def _moved(row: dict[str, Any]) -> None:
    moved = [
        f"{cell['name']} {cell['reference_share']:.0%} → {cell['share']:.0%}"
        for cell in row["detail"]["moved"]
    ]
    out.print(f"{escape(row['channel'])}, {row['measure']}: {escape(', '.join(moved))}")
