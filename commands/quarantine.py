"""`heedline quarantine …`: which rows were refused and why, and once more through the gate."""

import json
from typing import Annotated

import duckdb
import typer
from rich.table import Table

from commands.console import CommandFailed, out
from connectors.contract import ROOM, resources
from connectors.merging import Unbalanced
from warehouse.clock import iso
from warehouse.duck import has_table, warehouse
from warehouse.sql import identifier

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look at refused rows, and put them through the gate again once the cause is mended.",
)
WhichArgument = Annotated[
    str, typer.Argument(metavar="SOURCE[.RESOURCE]", help="Such as zendesk or zendesk.tickets.")
]
OptionalWhich = Annotated[
    str | None,
    typer.Argument(metavar="[SOURCE[.RESOURCE]]", help="One source or resource; default: all."),
]


@app.callback()
def group() -> None:
    """Look at refused rows, and put them through the gate again once the cause is mended.

    A row that fails its suite (`expectations/suites/raw/<source>/`) is kept as it came, with the
    reason. Where the source was wrong, correct it there: the corrected row comes with the next
    load. Where the suite or the connector was wrong, mend that and `replay`.
    """


def _places(which: str | None) -> list[tuple[str, str]]:
    """(source, resource) of everything meant."""
    known = sorted(path.parent.name for path in ROOM.glob("*/resources.yml"))
    source, _, resource = (which or "").partition(".")
    if source and source not in known:
        raise CommandFailed(f"no source {source!r}; there are: {', '.join(known)}")
    if resource and resource not in resources(source):
        raise CommandFailed(
            f"{source} has no resource {resource!r}; there are: {', '.join(resources(source))}"
        )
    return [
        (name, table)
        for name in ([source] if source else known)
        for table in ([resource] if resource else resources(name))
    ]


def _table(connection: duckdb.DuckDBPyConnection, source: str, resource: str) -> str | None:
    table = f"{source}__{resource}"
    held = has_table(connection, f"quarantine.{table}")
    return f"quarantine.{identifier(table)}" if held else None


@app.command("list")
def list_reasons(which: OptionalWhich = None) -> None:
    """Why rows were refused: how many per source, resource and reason, and since when.

    Reasons that differ only in the row (shown as {…}) are one line.
    """
    shown = Table("source", "resource", box=None)
    shown.add_column("rows", justify="right")
    shown.add_column("since")
    shown.add_column("reason", overflow="fold")
    with warehouse(read_only=True) as connection:
        for source, resource in _places(which):
            if table := _table(connection, source, resource):
                for words, rows, since in connection.execute(
                    "select regexp_replace(reason, '\\{.*?\\}', '{…}') as words, count(*), "
                    f"min(quarantined_at) from {table} group by words order by 2 desc, words"
                ).fetchall():
                    shown.add_row(source, resource, f"{rows:,}", iso(since), words)
    out.print(shown if shown.row_count else "nothing is in quarantine")


@app.command()
def show(
    which: WhichArgument,
    rows: Annotated[int, typer.Option("--rows", min=1, help="How many, newest first.")] = 5,
) -> None:
    """Refused rows as they came, each with its reason. Personal data: mind who reads along."""
    found = 0
    with warehouse(read_only=True) as connection:
        for source, resource in _places(which):
            if table := _table(connection, source, resource):
                for reason, row, at in connection.execute(
                    f"select reason, row, quarantined_at from {table} "
                    "order by quarantined_at desc, rowid desc limit ?",
                    [rows],
                ).fetchall():
                    found += 1
                    out.print(f"{iso(at)}  {reason}", markup=False, style="yellow", soft_wrap=True)
                    filled = {k: v for k, v in json.loads(row).items() if v is not None}
                    out.print(json.dumps(filled, ensure_ascii=False), markup=False, soft_wrap=True)
    if not found:
        out.print(f"nothing of {which} is in quarantine")


@app.command()
def replay(which: OptionalWhich = None) -> None:
    """Judge refused rows again, as they came, by the suites and declarations of today.

    Rows that pass are merged into the raw tables (an older state of a row never wins over a newer
    one) and leave quarantine; they count in `ops.loads` as a load `replay_…`. Rows that do not pass
    stay, with the reason they have now. Doing it twice changes nothing. The next run takes what was
    merged into the marts.
    """
    from connectors.replaying import replay as once_more
    from expectations.gate import BatchRefused, CheckerBroken, gate_batch

    shown = Table("source", "resource", box=None)
    for name in ("taken", "known already", "of erased people", "stays"):
        shown.add_column(name, justify="right")
    places = _places(which)
    resource = places[0][1] if which and "." in which else None
    for source in dict.fromkeys(source for source, _ in places):
        try:
            done = once_more(source, resource, gate_batch)
        except (BatchRefused, CheckerBroken, Unbalanced) as error:
            raise CommandFailed(f"{error}; the rows of {source} stay as they were") from None
        for each in done:
            account = each.account
            numbers = (account.accepted, account.duplicates, account.erased, each.stays)
            shown.add_row(source, account.resource, *(f"{number:,}" for number in numbers))
    out.print(shown if shown.row_count else "nothing is in quarantine")
