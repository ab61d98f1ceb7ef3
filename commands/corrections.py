"""`heedline corrections …`: people say what a text means, and it counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.table import Table

from commands.console import CommandFailed, out
from ml.tagger.corrections import agreement, export, file, sample
from ml.tagger.tag_warehouse import NotUnified
from warehouse.duck import warehouse
from warehouse.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look at what the tagger says, and say it better.",
)


@app.callback()
def group() -> None:
    """Look at what the tagger says, and say it better.

    Your answers stand in one file, tag_corrections.csv in the home (HEEDLINE_TAG_CORRECTIONS:
    another place). They win over the tagger in every table from the next run on, tell how often it
    is right, and teach the next one. Taking a row out takes its answers back.
    """


class Draw(StrEnum):
    """Which texts to look at."""

    random = "random"
    unsure = "unsure"


@contextmanager
def _opened() -> Iterator[tuple[duckdb.DuckDBPyConnection, list[file.Correction]]]:
    try:
        corrections = file.read(settings().corrections_file)
        with warehouse(read_only=True) as connection:
            yield connection, corrections
    except (file.BadCorrection, NotUnified, FileNotFoundError) as error:
        raise CommandFailed(str(error)) from None


@app.command("sample")
def sample_texts(
    texts: Annotated[int, typer.Option("--texts", min=1, help="How many.")] = 50,
    draw: Annotated[
        Draw,
        typer.Option(help="random: for the report. unsure: where a correction teaches most."),
    ] = Draw.random,
) -> None:
    """Put texts into the file of corrections, with what the tagger says of them.

    Open it in a spreadsheet. Is all as `model_says`? Write **yes** into `checked`. Is something
    else? Write what is right into its column: `sentiment` (negative, neutral, positive), `topic`,
    `own_topic` (a name or none), `churn_intent`, `complaint`, `escalation_request`,
    `refund_request` (yes, no), `urgency` (low, normal, high); and **yes** into `checked` if the
    rest is right. Save it in place as CSV. Texts are redacted.
    """
    path = settings().corrections_file
    with _opened() as (connection, _):
        drawing = sample.draw(connection, path, texts, draw.value)
    out.print(f"{drawing.added} texts added, {drawing.waiting} were waiting in", end=" ")
    out.print(str(path), markup=False, soft_wrap=True)


@app.command("add")
def add(
    text_hash: Annotated[str, typer.Argument(help="The text, as fct_messages names it.")],
    said: Annotated[
        list[str], typer.Argument(metavar="FIELD=ANSWER...", help="Such as topic=billing_payment.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
) -> None:
    """Say what one text means; what was said of it before in other fields stays.

    Example: `heedline corrections add 5d41402abc4b2a76b9719d911017c592 topic=outage complaint=yes`
    """
    path = settings().corrections_file
    pairs = dict(word.partition("=")[::2] for word in said)
    unknown = [name for name in pairs if name not in file.FIELDS]
    if unknown:
        raise CommandFailed(f"{unknown[0]!r} is no field; there are {', '.join(file.FIELDS)}")
    with _opened() as (connection, _):
        found = connection.execute(
            "select redacted_text from ml.redacted_texts where text_hash = ?", [text_hash]
        ).fetchone()
        if found is None:
            raise CommandFailed(
                f"no text has the hash {text_hash}; `heedline query` on marts.fct_messages, or the "
                "column text_hash of the published files, shows them"
            )
        file.add(
            path,
            {"text_hash": text_hash, "text": found[0], "corrected_by": by, "note": note},
            pairs,
        )
    out.print(f"kept in {path}; it counts from the next run on", markup=False, soft_wrap=True)


@app.command("report")
def report() -> None:
    """How often the tagger in use and people say the same, by field.

    Texts drawn at random speak for all; those drawn as unsure, or picked by a person, are hard or
    wrong by choice and stand apart, and so do rows without `checked`: of these only what was
    written is known.
    """
    with _opened() as (connection, corrections):
        rows = agreement.agreement(connection, corrections)
    if not rows:
        out.print("nobody has looked at a text yet; `heedline corrections sample` picks some")
        return
    for drawn in dict.fromkeys(row.drawn for row in rows):
        table = Table(title=f"drawn: {drawn}", title_justify="left", box=None, pad_edge=False)
        for name in ("field", "texts", "agreed", "95 %", "kappa"):
            table.add_column(name, justify="left" if name == "field" else "right")
        table.add_column("most often (model → person)", overflow="fold")
        for row in (row for row in rows if row.drawn == drawn):
            table.add_row(
                row.field,
                f"{row.texts:,}",
                f"{row.agreed / row.texts:.1%}",
                f"{row.low:.1%} to {row.high:.1%}",
                "" if row.kappa is None else f"{row.kappa:.2f}",
                ", ".join(f"{model} → {person} {n}" for model, person, n in row.mistaken),
            )
        out.print(table)


@app.command("export")
def export_texts(
    output: Annotated[Path, typer.Argument(dir_okay=False, help="File to write, .jsonl.")],
) -> None:
    """Write what people said as training texts, redacted; without those in other languages.

    `python -m ml.tagger.train prepare --corrections FILE …` learns from them.
    """
    with _opened() as (connection, corrections):
        rows = export.training_rows(connection, corrections)
    export.export(rows, output)
    out.print(f"{len(rows)} texts in {output}", markup=False, soft_wrap=True)
