"""`heedline review`: pairs of contacts that a person has to decide."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import CommandFailed, out
from ml.identity.contacts import NotUnified
from ml.identity.decisions import BadDecision
from ml.identity.review import unsure, write_template
from warehouse.duck import warehouse
from warehouse.settings import settings


def review(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            dir_okay=False,
            help="Write the pairs into this file. "
            "Default: the decisions file that linking reads, identity_decisions.csv in the home.",
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many pairs.")] = 20,
) -> None:
    """Show pairs of contacts that may be one person, and take your word for it.

    The pairs, most valuable first, are written into the decisions file too. Open it in a
    spreadsheet (ids as text), write `link` (one person) or `never` into the column **decision**,
    save it in place as CSV; the next run follows. What you wrote before stays. Empty rows decide
    nothing; taking a row out takes the decision back.
    """
    path = output or settings().decisions_file
    try:
        with warehouse(read_only=True) as connection:
            pairs, number = unsure(connection, top)
        decided = write_template(path, pairs)
    except (BadDecision, NotUnified) as error:
        raise CommandFailed(str(error)) from None
    if not pairs:
        out.print("no pair is waiting for a decision")
        return
    table = Table("#", title="one person?", title_justify="left", box=None)
    table.add_column("likely", justify="right")
    table.add_column("contacts", overflow="fold")
    table.add_column("why", overflow="fold")
    for number_shown, pair in enumerate(pairs, 1):
        who = f"{pair.left_words}\n{pair.right_words}"
        table.add_row(str(number_shown), f"{pair.probability:.0%}", _plain(who), _plain(pair.why))
    out.print(table)
    out.print(f"\n{len(pairs)} of {number:,} pairs; {decided:,} decided before", style="bold")
    out.print("write link or never into the first column of", end=" ")
    out.print(str(path), markup=False, soft_wrap=True)


def _plain(text: str) -> str:
    """Text with nothing that the terminal would take for markup."""
    return text.replace("[", "\\[")
