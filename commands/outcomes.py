"""`heedline outcomes …`: what was done about the lists comes back, and whether it helped."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import CommandFailed, in_turn, out
from outreach import outcomes
from outreach.config import AT_RISK
from outreach.delivery.targets import Askable, BadTargets, read_targets, target_of
from outreach.lists import NoList
from runtime import uplift
from warehouse.clock import iso, wall_now
from warehouse.credentials import from_environment
from warehouse.duck import warehouse

app = typer.Typer(
    rich_markup_mode="markdown",
    help="What was done about the lists, and whether it helped.",
)
_WORDS = {
    "new": "new",
    "changed": "newer than what was known",
    "same": "known already",
    "older": "older than what is known",
    "empty": "without a status",
}


@app.callback(invoke_without_command=True)
def status(context: typer.Context) -> None:
    """What was done about the lists, and whether it helped: how many entries have which status.

    Fill in `heedline outcomes template`, or the columns of a delivered file, and import it; tasks
    in a CRM are fetched.
    """
    if context.invoked_subcommand:
        return
    with warehouse(read_only=True) as connection:
        rows = outcomes.states(connection)
    if not rows:
        out.print(
            "no outcome is known yet; `heedline outcomes template FILE` makes a file for them"
        )
        return
    table = Table(box=None)
    for name in ("list", "source", "status", "entries", "newest"):
        table.add_column(name, justify="right" if name == "entries" else "left")
    for row in rows:
        said = (row["list"], row["source"], row["status"])
        table.add_row(*said, f"{row['entries']:,}", iso(row["acted_at"]))
    out.print(table)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BadTargets, outcomes.BadOutcomes, NoList, uplift.NoUplift) as error:
        raise CommandFailed(str(error)) from None


@app.command("fetch")
def fetch(
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="NAME", help="One target of targets.yml. Default: all."),
    ] = None,
) -> None:
    """Ask Salesforce, HubSpot and Zendesk what became of the tasks and tickets that were sent.

    Only targets that are switched on, only what is not over yet, and for `ask_days` after it was
    sent. A task that somebody deleted counts as dismissed. The DAG `outreach` does the same after
    every publish.
    """
    with _told():
        chosen = [target_of(target)] if target else read_targets().enabled
        askable = [one for one in chosen if isinstance(one, Askable) and one.enabled]
        if not askable:
            raise CommandFailed(
                f"{f'{target} is no' if target else 'there is no'} target that is switched on and "
                "can be asked; salesforce_task, hubspot_task and zendesk_ticket can"
            )
        works = {
            one.name: partial(outcomes.fetch, one, partial(from_environment, one.connection_id))
            for one in askable
        }
        in_turn(works, outcomes.NotFetched, "not everything was asked for")


@app.command("uplift")
def show_uplift() -> None:
    """Did it help? Who was on a list against those held out of it at random, by play.

    By intention to treat: whoever was on the list counts, contacted or not. Saved customers and
    value stand with their 95 % interval; plays that do not help are named. The table behind it is
    `outreach_uplift`; it knows the lists up to the run before its build.
    """
    with _told(), warehouse(read_only=True) as connection:
        told = uplift.lines(uplift.read(connection))
    for line in told:
        out.print(line, markup=False, soft_wrap=True)


@app.command("template")
def template(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="CSV to write.")],
    name: Annotated[str, typer.Option("--list", help="Which list.")] = AT_RISK,
) -> None:
    """Write the newest list's entries into a file to fill in, those that are not over yet.

    Columns: `entry_id` (leave it as it is), `status`, `done_at`, and if you like `done_how` and
    `done_by`; `heedline outcomes import --help` says what they take. The file holds names.
    """
    with _told():
        count = outcomes.write_template(file, name)
    out.print(f"{count} entries in {file}", markup=False, soft_wrap=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of the rows; keep nothing.")
    ] = False,
) -> None:
    """Take what people wrote into a file: a row per entry, a row without a status says nothing.

    - `entry_id`: of the list (or `list`, `customer_id` and `as_of`)
    - `status`: open, in_progress, done, not_reached (tried in vain, over), dismissed (nothing will
      be done)
    - `done_at`: since when, such as 2026-07-01 or 2026-07-01T10:00+02:00; without an offset it is
      UTC
    - `done_how`: phone, email, chat, meeting, letter, other
    - `done_by`: a name

    `Done at` is done_at, too, and other columns are left alone, notes included: they are not read.
    The newest row of an entry holds, whichever file it came in; the same file again changes
    nothing. Rows that cannot be taken are told and kept in outreach.refused_outcomes.
    """
    with _told():
        done = outcomes.read_file(file, wall_now(), dry_run=dry_run)
    counts = [f"{done.counts[name]} {words}" for name, words in _WORDS.items() if done.counts[name]]
    ending = " (nothing was kept: dry run)" if dry_run else ""
    out.print(f"{file}: {', '.join(counts) or 'nothing'}{ending}", markup=False, soft_wrap=True)
    for line, reason in done.refused:
        out.print(f"{file}, line {line}: {reason}", markup=False, style="yellow", soft_wrap=True)
    if done.refused:
        raise CommandFailed(
            f"{len(done.refused)} rows were not taken; mend them and import the file again, "
            "the others stay as they are"
        )
