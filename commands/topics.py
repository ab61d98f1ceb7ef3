"""`heedline topics …`: topics in a company's own words, beside the built-in ones."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commands.console import CommandFailed, out
from ml.tagger import model
from ml.tagger.corrections import file as corrections
from ml.tagger.corrections.export import own_examples
from ml.tagger.own_topics import fit as own_topics_fit
from ml.tagger.own_topics import head as own_topics
from ml.tagger.text import normalise
from warehouse.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Your own topics: a name and 5 to 50 examples each.",
)


@app.callback()
def group() -> None:
    """Your own topics: a name and 5 to 50 examples each."""


@app.command("train")
def train(
    topics: Annotated[
        Path | None,
        typer.Option(help="File of topics and examples. Default: topics.yml in HEEDLINE_HOME."),
    ] = None,
) -> None:
    """Learn the topics of a file, in seconds, and say how well they are told apart.

    The file maps names to examples; `ml/tagger/topics.yml` shows the form. Texts to which people
    gave one of these topics (`heedline corrections`) are examples, too. The score is
    cross-validated: every example is judged by a head that did not learn from it. Each version is
    kept under `models/own_topics` in the home; the newest is in use from the next run on.
    """
    file = topics or own_topics.default_file()
    try:
        said = own_examples(corrections.read(settings().corrections_file))
        head = own_topics_fit.fit(own_topics.read(file, said), model.load())
    except (own_topics.BadTopics, corrections.BadCorrection, model.BadModel) as error:
        raise CommandFailed(str(error)) from None
    place = own_topics.save(head, own_topics.folder())
    score = head.score
    out.print(
        f"{head.version}: {score.topics} topics, {score.examples:,} examples; "
        f"{score.accuracy:.1%} right, macro-F1 {score.macro_f1:.3f} over {score.folds} folds"
    )
    out.print(f"kept in {place}", style="dim", markup=False, soft_wrap=True)


@app.command("try")
def try_out(
    texts: Annotated[list[str], typer.Argument(help="Texts, each in quotes.")],
) -> None:
    """What the topics in use say about some texts."""
    try:
        head = own_topics.load(own_topics.folder(), model.load())
    except (own_topics.BadTopics, model.BadModel) as error:
        raise CommandFailed(str(error)) from None
    if head is None:
        raise CommandFailed("no topics of your own are in use; run `heedline topics train` first")
    clean = [normalise(text) for text in texts]
    if not all(clean):
        raise CommandFailed("a text is empty, or nothing in it can be read")
    tagger = model.load()
    answers = head.best(tagger.embeddings(clean), tagger.pieces(clean))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("topic")
    shown.add_column("likely", justify="right")
    shown.add_column("text", overflow="fold")
    for text, (name, probability) in zip(clean, answers, strict=True):
        shown.add_row(name or "none of them", f"{probability:.0%}", text.replace("[", "\\["))
    out.print(shown)
