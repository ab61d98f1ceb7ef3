"""`heedline tag`: what the texts in any table say."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from commands.console import CommandFailed, err, out
from ml.tagger.files.tagging import BadFile, Watch, tag_file

_SPEED_SECONDS = 120


class _Speed(ProgressColumn):
    """Texts per second, of this start alone."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} texts/s" if task.speed else "– texts/s")


@contextmanager
def _progress() -> Iterator[Watch]:
    """A bar on stderr; nothing when that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=err,
        disable=not err.is_terminal,
        transient=True,
        speed_estimate_period=_SPEED_SECONDS,
    ) as bar:
        shown = bar.add_task("reading", total=None)

        def tagged(done: int, total: int) -> None:
            nonlocal shown
            if bar.tasks[-1].total is None:
                bar.remove_task(shown)
                shown = bar.add_task("tagging", total=total, completed=done)
            bar.update(shown, completed=done)

        yield Watch(
            checked=lambda rows: bar.update(shown, completed=rows),
            tagged=tagged,
            said=lambda line: err.print(line, markup=False, style="dim", soft_wrap=True),
        )


def tag(
    source: Annotated[
        Path,
        typer.Option(
            "--input",
            help="The table: .csv, .jsonl or .ndjson (one object a line), each with .gz, too, "
            "or .parquet.",
        ),
    ],
    column: Annotated[str, typer.Option("--text-column", help="The column with the texts.")],
    output: Annotated[
        Path,
        typer.Option("--output", help="Where to write it; its ending, too, says in which format."),
    ],
    prefix: Annotated[
        str,
        typer.Option("--prefix", help="Put this before the names of the columns that are added."),
    ] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the output if it exists.")
    ] = False,
) -> None:
    """Tag the texts of a table: sentiment, topics, warning signs, urgency, language.

    The output has the input's rows and columns as they are, then **sentiment** (negative, neutral,
    positive), **sentiment_score** (-1 … 1), **topic**, **topics** (all that apply, as a JSON list),
    **churn_intent**, **complaint**, **escalation_request**, **refund_request** (probabilities),
    **urgency**, **language**, **language_supported**, **confidence**, **model_version**. A text
    that is empty, unreadable or in a language the model does not know is neutral, with confidence 0
    and language_supported false.

    CSV is read as UTF-8 with comma, semicolon, tab or bar, a header and every value as text; blank
    lines are no rows. JSON becomes Parquet with types where a column has one. All rows are checked
    before any is tagged. Broken off (Ctrl-C, kill, power cut), the same command goes on where it
    was; what is finished waits in `OUTPUT.part`. Nothing leaves this computer.

    Example: `heedline tag --input tickets.csv --text-column body --output tagged.parquet`
    """
    try:
        with _progress() as watch:
            done = tag_file(source, column, output, prefix=prefix, overwrite=overwrite, watch=watch)
    except BadFile as error:
        raise CommandFailed(str(error)) from None
    except OSError as error:
        raise CommandFailed(
            f"{error.filename or output}: {error.strerror or error}; when that is mended, "
            "the same command goes on where it was"
        ) from None
    except BaseException as stopped:
        kept = output.with_name(f"{output.name}.part")
        if not isinstance(stopped, Exception) and kept.exists():  # Ctrl-C or SIGTERM
            err.print(
                f"what is tagged is kept in {kept}; the same command goes on from there",
                markup=False,
                soft_wrap=True,
            )
        raise
    speed = done.tagged_now / done.seconds if done.seconds else 0
    out.print(
        f"{output}: {done.rows:,} rows tagged by {done.model_version}, {done.tagged_now:,} of them "
        f"now in {done.seconds:.1f} s ({speed:,.0f} texts/s)",
        markup=False,
        soft_wrap=True,
    )
    if done.unsupported:
        out.print(f"  {done.unsupported:,} empty or in no language it knows: neutral, confidence 0")
