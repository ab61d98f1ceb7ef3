"""`heedline erase`: remove a person everywhere, and prove it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import CommandFailed, err, out
from connectors.ledger import SaltMissing
from privacy import erasure, requests
from privacy.erasure import Preview
from privacy.finding import Ambiguous, Unknown
from runtime.one_dag import run_chain
from warehouse.settings import settings

Who = Annotated[
    str | None,
    typer.Argument(help="A customer_id, an e-mail address, or source:remote_id (zendesk:3640001)."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show whose records would go, and from where; stop there.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Replay = Annotated[
    bool,
    typer.Option(
        "--replay",
        help="Nobody new: complete an erasure that was broken off, and repeat those that a "
        "restored warehouse has not been through.",
    ),
]
Drop = Annotated[
    Path | None,
    typer.Option(
        "--drop",
        help="The folder of the last `heedline run --drop`: marts are built from its files alone.",
        exists=True,
        file_okay=False,
        resolve_path=True,
    ),
]


def erase(
    who: Who = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    replay: Replay = False,
    drop: Drop = None,
) -> None:
    """Remove a person everywhere under HEEDLINE_HOME, for good, and prove it.

    First shows every record that the identity step took for this person (a wrong merge is seen
    here), and how many rows go from which table. Then raw rows, quarantine, tags, marts, lists,
    published versions, files and logs are cleared, the warehouse is written into a new file, and
    everything is decoded and searched. What remains is a salted hash, so that neither the vendor
    nor a backup brings the person back. Delete them at the vendors, too: they are not touched.
    """
    try:
        _erase(who, dry_run=dry_run, yes=yes, replay=replay, drop=drop)
    except (Unknown, Ambiguous, SaltMissing) as error:
        raise CommandFailed(str(error)) from None


def _erase(who: str | None, *, dry_run: bool, yes: bool, replay: bool, drop: Path | None) -> None:
    if (who is None) != replay:
        raise typer.BadParameter("name a person, or say --replay")
    request = None
    if who is not None:
        try:
            preview = erasure.preview(who)
        except Unknown:
            _known_as_erased(who)
            raise
        _show(preview)
        if dry_run:
            return
        if not yes and not typer.confirm("Erase this person? There is no way back."):
            raise CommandFailed("nothing was changed")
        erasure.register(preview.case.person)
        request = preview.case.person.request
    before = set(requests.open_requests())
    result = run_chain(settings(), "erase", {"request": request}, drop=drop, say=out.print)
    for failure in result.failures:
        line = f"failed {failure.dag_id}.{failure.task_id}: {failure.error}"
        err.print(line, markup=False, style="red", soft_wrap=True)
    still_open = requests.open_requests()
    for done in sorted(before - set(still_open)):
        _prove(erasure.proof_of(done))
    if result.failures or still_open:
        raise CommandFailed(
            f"not finished ({len(still_open)} requests open); the person stays out of every load, "
            "and `heedline erase --replay` (or the next `heedline run`) completes it"
        )
    out.print(f"\n{result.seconds:.0f} s", style="bold")


def _known_as_erased(who: str) -> None:
    """Someone erased before: say so, and be done."""
    request = erasure.erased_before(who)
    if request is None:
        return
    if request in requests.open_requests():
        raise CommandFailed(
            f"request {request} is under way; `heedline erase --replay` completes it"
        )
    out.print(f"erased already, by request {request}; nothing of this person is here")
    raise typer.Exit(0)


def _show(preview: Preview) -> None:
    table = Table(title="this person's records", title_justify="left", box=None)
    for name in ("record", "name", "e-mail", "phone"):
        table.add_column(name, overflow="fold")
    table.add_column("certainty", justify="right")
    for one in preview.case.identities:
        row = (one.name or "–", one.email or "–", one.phone or "–", f"{one.confidence:.0%}")
        table.add_row(f"{one.source_system}:{one.remote_id}", *row)
    out.print(table)
    for value, others in sorted(preview.case.person.shared.items()):
        line = f"kept, because {others} others have it too: {value}"
        out.print(line, markup=False, style="yellow", soft_wrap=True)
    rows = Table(title="\nwhat goes", title_justify="left", box=None)
    rows.add_column("table", no_wrap=True)
    rows.add_column("rows removed", justify="right")
    rows.add_column("of others, mention taken out", justify="right")
    swept = preview.swept
    for name in sorted({*swept.removed, *swept.rewritten}):
        numbers = (swept.removed.get(name, 0), swept.rewritten.get(name, 0))
        rows.add_row(name, *(f"{n:,}" if n else "–" for n in numbers))
    out.print(rows)
    out.print("staging, intermediate and marts are built anew and published without them")
    if preview.versions:
        out.print(f"published versions that hold them: {', '.join(preview.versions)}")


def _prove(path: Path) -> None:
    said = json.loads(path.read_text())
    out.print(f"\n[bold]erased and proved[/] (request {said['request']})")
    out.print(
        f"  {said['removed']:,} rows removed, {said['rewritten']:,} of others without the mention, "
        f"{said['texts_forgotten']:,} texts forgotten, "
        f"{len(said['versions_removed'])} published versions removed"
    )
    out.print(
        f"  searched {said['files']:,} files ({said['bytes'] / 1e6:,.1f} MB), "
        f"{said['tables']:,} tables, {said['rows']:,} rows, and the warehouse uncompressed, "
        f"{said['uncompressed_bytes'] / 1e6:,.1f} MB byte by byte for {said['literals']} "
        f"identifiers: found {said['found']}"
    )
    out.print(f"  kept: salted hashes in {path.parents[1] / 'ledger'}; the proof: {path}")
