"""What a person sees when a run is over: what came in, the scorecard, whom to call, where it lies.

Everything shown is read back from what was published, so the terminal and the files cannot differ.
"""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from runtime.published import opened, rows_of
from warehouse.clock import iso
from warehouse.duck import has_table, warehouse
from warehouse.settings import Settings

_REASONS_SHOWN = 12


def intake(out: Console, home: Settings, since: datetime) -> None:
    """Rows per source since a moment, and the reason of every kind of refusal."""
    if not home.warehouse_file.exists():
        return
    with warehouse(read_only=True, path=home.warehouse_file) as connection:
        loads = connection.execute(
            """
            select source, sum(received), sum(accepted), sum(quarantined), sum(duplicates),
                sum(coalesce(erased, 0))
            from ops.loads where loaded_at >= ? group by source order by source
            """,
            [since],
        ).fetchall()
        held = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'quarantine' "
            "order by table_name"
        ).fetchall()
        refused = [
            row
            for (table,) in held
            for row in connection.execute(
                # Alike but for the row's key (shown as {…}) is one kind of refusal.
                "select regexp_replace(reason, '\\{.*?\\}', '{…}') as words, count(*) "
                f'from quarantine."{table}" where quarantined_at >= ? '
                "group by words order by count(*) desc, words",
                [since],
            ).fetchall()
        ]
    if not loads:
        out.print("\nnothing new came in")
        return
    table = Table("source", title="what came in", title_justify="left", box=None)
    shown = ["received", "new or changed", "quarantined", "duplicates"]
    if any(row[-1] for row in loads):
        shown.append("erased")  # of people who asked to be forgotten and are still sent
    for name in shown:
        table.add_column(name, justify="right")
    for source, *numbers in loads:
        table.add_row(source, *(f"{int(number):,}" for number in numbers[: len(shown)]))
    out.print()
    out.print(table)
    for reason, number in refused[:_REASONS_SHOWN]:
        times = f" ({number} rows)" if number > 1 else ""
        line = f"quarantined  {reason}{times}"
        out.print(line, markup=False, style="yellow", soft_wrap=True)
    if len(refused) > _REASONS_SHOWN:
        more = len(refused) - _REASONS_SHOWN
        out.print(f"… and {more} more reasons")
    for file_name, message in _ignored_files(home, since):
        out.print(f"ignored  {file_name}: {message}", markup=False, style="yellow", soft_wrap=True)
    if refused:
        out.print(f"The rows as they came: tables quarantine.* in {_shown(home.warehouse_file)}")


def _ignored_files(home: Settings, since: datetime) -> list[tuple[str, str]]:
    """Files of the drop folder that are no entity's, with what to do about it."""
    with warehouse(read_only=True, path=home.warehouse_file) as connection:
        if not has_table(connection, "raw_file_drop.files"):
            return []
        return connection.execute(
            "select drop_file, message from raw_file_drop.files "
            "where status = 'ignored' and _loaded_at >= ? order by drop_file",
            [since],
        ).fetchall()


def _number(value: float | None, unit: str) -> str:
    """A KPI value as people read it."""
    if value is None:
        return "–"
    if unit in {"share", "rate", "%"}:
        return f"{value:.1%}"
    if unit == "minutes":
        return f"{value:,.0f} min" if value < 600 else f"{value / 60:,.1f} h"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 1 else f"{value:,.1f}"


def scorecard(out: Console, home: Settings) -> None:
    """Each KPI with its value, target, whether attained, and the period before."""
    with opened(home) as connection:
        rows = rows_of(connection, "from kpi_scorecard")
    span = f"{rows[0]['period_start']} … {rows[0]['period_end']}" if rows else ""
    table = Table("KPI", title=f"KPI scorecard {span}", title_justify="left", box=None)
    for name in ("value", "target", "attained", "before", "n"):
        table.add_column(name, justify="right")
    marks = {True: "[green]yes[/]", False: "[red]no[/]", None: "–"}
    for row in rows:
        sign = "≤" if row["target_direction"] == "at_most" else "≥"
        target = "–" if row["target"] is None else f"{sign} {_number(row['target'], row['unit'])}"
        table.add_row(
            row["label"],
            _number(row["value"], row["unit"]),
            target,
            marks[row["is_attained"]],
            _number(row["previous_value"], row["unit"]),
            _number(row["denominator"], "count"),
        )
    out.print()
    out.print(table)


def at_risk(out: Console, home: Settings, *, top: int, output: str = "table") -> None:
    """The first `top` customers of the newest list, as a table, CSV or JSON."""
    with opened(home, "success/success.duckdb") as connection:
        rows = rows_of(connection, f"from at_risk_customers order by position limit {top:d}")
    if output == "json":
        out.print_json(json.dumps(rows, default=str))
    elif output == "csv":
        text = io.StringIO()
        if rows:
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        out.out(text.getvalue(), end="", highlight=False)
    else:
        _at_risk_table(out, rows)


def _at_risk_table(out: Console, rows: list[dict[str, Any]]) -> None:
    out.print()
    if not rows:
        out.print("nobody is at risk")
        return
    table = Table("#", "customer", title="customers to call first", title_justify="left", box=None)
    table.add_column("risk", justify="right")
    table.add_column("a month", justify="right")
    table.add_column("why", overflow="fold")
    table.add_column("what to do", overflow="fold")
    for row in rows:
        who = row["customer_name"] or row["email"] or row["customer_id"]
        if row["account_name"]:
            who = f"{who}, {row['account_name']}"
        colour = "red" if row["band"] == "red" else "yellow"
        value = row["amount_per_month"]
        worth = "–" if value is None else f"{value:,.0f} {row['currency'] or ''}".strip()
        risk = f"[{colour}]{row['score']:.2f}[/]"
        due = f"{row['due_at']:%Y-%m-%d %H:%M}" if row["due_at"] else "–"
        step = f"{(row['play'] or '–').replace('_', ' ')}, {row['play_channel'] or '–'}, by {due}"
        table.add_row(
            str(row["position"]), escape(who), risk, worth, escape(row["top_reasons"]), step
        )
    out.print(table)


def published(out: Console, home: Settings) -> None:
    """Paths of the newest version."""
    folder = (home.published / "current").resolve()
    out.print()
    out.print(f"published {folder.name}", style="bold")
    for name, what in (
        ("report.html", "for leaders: open in a browser"),
        ("support.duckdb", "for BI tools: every mart"),
        ("parquet", "for BI tools: a folder per mart"),
        ("tableau", "for Tableau: a data source per mart"),
        ("powerbi", "for Power BI: open Heedline.pbip"),
        ("success/at_risk.html", "for the success team: whom to call, why, what to do"),
    ):
        if (folder / name).exists():
            out.print(
                f"  {_shown(home.published / 'current' / name)}  [dim]{what}[/]", soft_wrap=True
            )


def _shown(path: Path) -> Path:
    """A path as short as it can be said from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def status(out: Console, home: Settings) -> None:
    """Last publish, last load of every source, rows in quarantine, wrong input by rule."""
    manifest = home.published / "current" / "manifest.json"
    if not manifest.exists():
        out.print(f"nothing published in {home.root} yet; `heedline run` makes the first version")
        return
    said = json.loads(manifest.read_text())
    out.print(f"published {said['version']} as of {said['content']['as_of']}", style="bold")
    if "postgres" in home.destinations:
        _postgres(out, home, said["version"])
    with warehouse(read_only=True, path=home.warehouse_file) as connection:
        rows = connection.execute(
            """
            select source, max(loaded_at), sum(accepted), sum(quarantined), sum(duplicates)
            from ops.loads group by source order by source
            """
        ).fetchall()
        issues = _issues(connection)
    table = Table("source", "last load", box=None)
    for name in ("rows taken", "quarantined", "duplicates"):
        table.add_column(name, justify="right")
    for source, last, *numbers in rows:
        table.add_row(source, iso(last), *(f"{int(number):,}" for number in numbers))
    out.print(table)
    if issues:
        counts = ", ".join(f"{number:,} {handling}" for handling, number in issues)
        out.print(f"wrong input, by rule: {counts} (table marts.data_issues)", soft_wrap=True)


def _postgres(out: Console, home: Settings, version: str) -> None:
    """Whether the database has the published version, as the last load left word."""
    note = home.published / "postgres.json"
    said = json.loads(note.read_text()) if note.exists() else {"version": None, "behind": None}
    if said["version"] == version and not said["behind"]:
        out.print(f"Postgres has {version}")
        return
    holds = said["version"] or "no version yet"
    why = said["behind"] or "the task publish.load_postgres has not run since"
    out.print(f"Postgres is behind: it has {holds}", style="bold red")
    out.print(f"  {escape(why)}", soft_wrap=True)


def _issues(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """How many records of wrong input were kept, corrected or set aside, in words."""
    if not has_table(connection, "marts.data_issues"):
        return []
    return connection.execute(
        "select replace(handling, '_', ' '), sum(records)::bigint from (select distinct "
        "source_system, entity, rule, handling, records from marts.data_issues) "
        "group by handling order by handling"
    ).fetchall()
