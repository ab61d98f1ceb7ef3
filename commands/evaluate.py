"""`heedline evaluate …`: how good the learned parts are, measured on labelled data."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import CommandFailed, err, out
from commands.evaluate_risk import risk
from commands.evaluate_tagger import tagger
from ml.identity.evaluate import DISCLAIMER, Coverage, Result, evaluate_tables, evaluate_warehouse
from ml.identity.evaluate.measures import Interval
from ml.identity.evaluate.tables import Labelled, clerical, fake_1000, febrl, simulated
from warehouse.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Measure the learned parts on labelled data.",
)


@app.callback()
def group() -> None:
    """Measure the learned parts on labelled data."""


@app.command("identity")
def identity(
    tables: Annotated[
        Path | None,
        typer.Option(
            help="Folder with labelled tables: `febrl/dataset1.csv` … `dataset3.csv`, "
            "`fake_1000/fake_1000.csv`."
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=5, help="Rows of each simulated table.")] = 5_000,
    seeds: Annotated[int, typer.Option(min=0, help="Simulated tables of each style.")] = 2,
    examples: Annotated[
        int, typer.Option(min=0, help="Worst false merges and splits to print per table.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How well contacts are linked, beside two peers.

    Tables of people with known truth are linked as `heedline link` links them: simulated contacts,
    registers and archives, with `--tables` also FEBRL 1-3 and fake_1000, and the contacts of the
    sample company when it ran in HEEDLINE_HOME. Precision is the share of linked pairs of records
    that are one person, recall the share of a person's pairs that were found.
    """
    labelled: list[Labelled] = list(simulated(rows, seeds))
    notes: list[str] = [DISCLAIMER]
    if tables:
        try:
            labelled += [*febrl(tables), fake_1000(tables)]
            pairs, agree = clerical(tables, labelled[-1].truth)
        except FileNotFoundError as error:
            raise CommandFailed(
                f"{error.filename} is not there; --tables wants its folder"
            ) from None
        notes.append(
            f"fake_1000 is measured against its column `cluster`; of its maker's {pairs:,} "
            f"clerical labels, {agree:,} agree with that column."
        )
    else:
        notes.append("FEBRL and fake_1000 were not measured: name their folder with --tables.")
    results: list[Result] = []
    for result in evaluate_tables(labelled, examples=examples):
        results.append(result)
        err.print(f"{result.table}: {result.method} {result.seconds:.1f} s", style="dim")
    try:
        result, coverage = evaluate_warehouse(settings().root, examples)
        results.append(result)
        notes.append(_covered(coverage))
    except (FileNotFoundError, ValueError) as error:
        notes.append(f"The sample company was not measured: {error}.")
    if as_json:
        print(json.dumps({"notes": notes, "results": [r.as_json() for r in results]}, indent=1))  # noqa: T201
        return
    out.print(_table(results))
    for note in notes:
        out.print(note, markup=False)
    for result in results:
        _print_examples(result)


def _covered(coverage: Coverage) -> str:
    return (
        f"Sample company: {coverage.without_truth:,} linked contacts have no truth and "
        f"{coverage.not_received:,} of the truth's never reached the warehouse; neither is counted."
    )


def _table(results: list[Result]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    # Names may wrap on a narrow terminal; numbers never lose digits. B³ is in the JSON.
    shown.add_column("people")
    shown.add_column("linked by")
    for name in ("records", "precision", "recall", "F1", "95 %", "merged", "split"):
        shown.add_column(name, justify="right", no_wrap=True)
    last = ""
    for result in results:
        q = result.quality
        shown.add_row(
            "" if result.table == last else result.table,
            result.method,
            f"{q.records:,}",
            *(_number(value) for value in (q.precision, q.recall, q.f1)),
            f"{q.f1.low:.4f}–{q.f1.high:.4f}" if q.f1.value is not None else "–",
            f"{q.merged:,}",
            f"{q.split:,}",
        )
        last = result.table
    return shown


def _number(interval: Interval) -> str:
    return "–" if interval.value is None else f"{interval.value:.4f}"


def _print_examples(result: Result) -> None:
    for title, groups in (
        ("linked but several persons", result.worst_merges),
        ("one person but not linked", result.worst_splits),
    ):
        for group in groups:
            out.print(f"\n{result.table}, {result.method}: {title}", markup=False)
            for row in group:
                text = " ".join(f"{key}={value}" for key, value in row.items())
                out.print(f"  {text}", markup=False, soft_wrap=True)


app.command("tagger")(tagger)
app.command("risk")(risk)
