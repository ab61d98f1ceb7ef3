"""`heedline evaluate tagger`: how well texts are tagged, on labelled texts it never saw."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from commands.console import CommandFailed, err, out
from ml.tagger import model
from ml.tagger.evaluate import heads as evaluate
from ml.tagger.evaluate.heads import Line
from ml.tagger.evaluate.peers import Peer, compare
from ml.tagger.runtime import Runner
from ml.tagger.training.examples import BadManifest, all_examples

_SPEED_TEXTS = 3_000


def tagger(
    data: Annotated[
        Path,
        typer.Option(help="Folder with the public texts that ml/tagger/manifest.yml names."),
    ],
    unseen: Annotated[
        Path | None,
        typer.Option(
            help="`unseen.npz` of a training: answers on sources that were left out of it."
        ),
    ] = None,
    float_graph: Annotated[
        Path | None,
        typer.Option(
            "--float", help="`float.onnx` of the training: what int8 costs is measured against it."
        ),
    ] = None,
    cascade: Annotated[
        bool, typer.Option(help="Let the student answer what it is sure of, as served with it.")
    ] = False,
    speed: Annotated[bool, typer.Option(help="Measure speed beside other tools as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How well support texts are tagged.

    **Home ground**: the served model on the test texts of every source, none of which, nor anything
    near them, was trained on. **Unseen**: networks trained without a whole source (or a third of
    our own files), on that source: what to expect on your own texts. Intervals are 95 % bootstrap.

    Checkpoints that a `tagger.yml` puts in place of heads (docs/tagger.md) are measured as the
    served model, not under **unseen**.
    """
    try:
        served = model.load()
        err.print("reading the labelled texts", style="dim")
        examples = all_examples(data)
    except (BadManifest, model.BadModel) as error:
        raise CommandFailed(str(error)) from None
    if float_graph is not None and not float_graph.exists():
        raise CommandFailed(f"{float_graph} is not there; ml/tagger/train.py release writes it")
    if float_graph is not None and served.swaps:
        raise CommandFailed("int8 is the built-in heads'; leave out --float, or the tagger.yml")
    if cascade and served.student is None:
        raise CommandFailed("this model has no student; leave out --cascade")
    views: dict[str, list[Line]] = {}
    if unseen is not None:
        if not unseen.exists():
            raise CommandFailed(f"{unseen} is not there; ml/tagger/train.py release writes it")
        views["unseen"] = list(evaluate.unseen(unseen))
    err.print("tagging the test texts", style="dim")
    cuts = evaluate.cuts(served)
    answer = evaluate.answers(examples, evaluate.served(served, cascade=cascade))
    err.print("measuring, with intervals", style="dim")
    views["home ground"] = list(evaluate.home_ground(examples, answer, cuts))
    if float_graph is not None:
        err.print("the same in single precision", style="dim")
        plain = Runner(float_graph, model.FOLDER / model.TOKENIZER)
        answer = evaluate.answers(examples, lambda some: plain.run(some, model.PROBABILITIES))
        whole = evaluate.home_ground(examples, answer, cuts)
        views["int8 less float"] = list(evaluate.int8_loss(views["home ground"], whole))
    peers: list[Peer] = []
    if speed:
        err.print("measuring speed", style="dim")
        test = [e for e in examples if e.split == "test" and e.targets[0] == e.targets[0]]
        some = test[:: max(1, len(test) // _SPEED_TEXTS)]
        right = [int(e.targets[:3].argmax()) for e in some]
        peers = list(compare(served, [e.text for e in some], np.array(right)))
    if as_json:
        shown = {name: [line.as_json() for line in lines] for name, lines in views.items()}
        peers_shown = [peer.__dict__ for peer in peers]
        print(json.dumps({"model": served.version, "views": shown, "speed": peers_shown}, indent=1))  # noqa: T201
        return
    out.print(f"{served.version}", style="bold")
    for name, lines in views.items():
        out.print(_table(name, lines))
    if peers:
        out.print(_speeds(peers))


def _table(title: str, lines: Iterable[Line]) -> Table:
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in ("texts", "head", "measure"):
        shown.add_column(name)
    for name in ("n", "value", "95 %"):
        shown.add_column(name, justify="right", no_wrap=True)
    last = ""
    for line in lines:
        interval = "" if line.low != line.low else f"{line.low:.3f}–{line.high:.3f}"
        name = "" if line.texts == last else line.texts
        value = f"{line.value:.3f}"
        shown.add_row(name, line.head, line.measure, f"{line.count:,}", value, interval)
        last = line.texts
    return shown


def _speeds(peers: list[Peer]) -> Table:
    shown = Table(title="speed", title_justify="left", box=None, pad_edge=False)
    shown.add_column("tool")
    for name in ("texts/s", "times the first", "sentiment macro-recall"):
        shown.add_column(name, justify="right")
    shown.add_column("")
    for peer in peers:
        recall = "" if peer.macro_recall is None else f"{peer.macro_recall:.3f}"
        times = f"{peer.rate / peers[0].rate:.2f}" if peer.rate else ""
        shown.add_row(
            peer.name, f"{peer.rate:,.0f}" if peer.rate else "–", times, recall, peer.note
        )
    return shown
