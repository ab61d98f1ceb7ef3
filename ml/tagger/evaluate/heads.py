"""How good the tagger in `models/` is on texts it never saw, through the very path that serves.

Three views: test texts of the sources it learnt from (home ground: an upper bound), whole sources
left out of training (`unseen.npz`, the answers that the calibration was made from: what to expect
elsewhere), and speed beside other tools in one run.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ml.tagger.evaluate import metrics
from ml.tagger.evaluate.metrics import Array, Score, bootstrap
from ml.tagger.labels import COLUMNS, HEADS, SIGNALS, columns
from ml.tagger.model import Model
from ml.tagger.runtime import Floats
from ml.tagger.training.examples import Example

FEWEST = 8
"""Rows of either kind from which a measure of a signal is given."""


@dataclass(frozen=True)
class Line:
    """One measure: of what texts, which head, what it is, on how many, its value and interval."""

    texts: str
    head: str
    measure: str
    count: int
    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def _line(texts: str, head: str, measure: str, count: int, score: Score) -> Line:
    return Line(texts, head, measure, count, *score)


def sentiment(texts: str, wanted: Array, answer: Floats) -> Iterator[Line]:
    """Macro recall and F1, and calibration, of texts whose sentiment is known."""
    y, guess = wanted.argmax(axis=1), answer.argmax(axis=1)
    if len(set(y)) < 3:
        return
    yield _line(
        texts, "sentiment", "macro-recall", len(y), bootstrap(metrics.macro_recall, y, guess)
    )
    yield _line(texts, "sentiment", "macro-F1", len(y), bootstrap(metrics.macro_f1, y, guess))
    error = metrics.calibration_error((y == guess).astype(float), answer.max(axis=1))
    yield _line(texts, "sentiment", "ECE", len(y), (error, np.nan, np.nan))


def topics(texts: str, wanted: Array, answer: Floats, cuts: Floats) -> Iterator[Line]:
    """How often the best topic is right, and F1 over all listed topics."""
    hits = wanted[np.arange(len(wanted)), answer.argmax(axis=1)] == 1
    share = bootstrap(lambda y, _: float(y.mean()), hits, hits)
    yield _line(texts, "topics", "best one right", len(hits), share)
    listed = answer >= cuts
    listed[np.arange(len(answer)), answer.argmax(axis=1)] = True
    score = bootstrap(metrics.micro_f1, wanted == 1, listed)
    yield _line(texts, "topics", "micro-F1", len(hits), score)


def signals(texts: str, wanted: Array, answer: Floats) -> Iterator[Line]:
    """AUC, average precision, F1 at 0.5 and calibration of every signal that occurs."""
    for position, signal in enumerate(SIGNALS):
        known = ~np.isnan(wanted[:, position])
        y, p = wanted[known, position].astype(int), answer[known, position]
        if not FEWEST <= y.sum() <= len(y) - FEWEST:
            continue
        guess = (p >= 0.5).astype(int)
        yield _line(texts, signal, "AUC", len(y), bootstrap(metrics.auc, y, p))
        yield _line(texts, signal, "AP", len(y), bootstrap(metrics.average_precision, y, p))
        yield _line(texts, signal, "F1", len(y), bootstrap(metrics.f1, y, guess))
        yield _line(texts, signal, "macro-F1", len(y), bootstrap(metrics.macro_f1, y, guess))
        error = metrics.calibration_error(y, p)
        yield _line(texts, signal, "ECE", len(y), (error, np.nan, np.nan))


def urgency(texts: str, wanted: Array, answer: Floats) -> Iterator[Line]:
    y, guess = wanted.argmax(axis=1), answer.argmax(axis=1)
    if len(set(y)) == 3:
        score = bootstrap(metrics.macro_recall, y, guess)
        yield _line(texts, "urgency", "macro-recall", len(y), score)


def measures(texts: str, wanted: Array, answer: Floats, cuts: Floats) -> Iterator[Line]:
    """Every measure that labels `wanted` [n, labels] (NaN unknown) allow of `answer`."""
    known = {head: ~np.isnan(wanted[:, columns(head)]).any(axis=1) for head in HEADS}
    parts = {h: (wanted[k][:, columns(h)], answer[k][:, columns(h)]) for h, k in known.items()}
    if len(parts["sentiment"][0]):
        yield from sentiment(texts, *parts["sentiment"])
    if len(parts["topics"][0]) > 100:
        yield from topics(texts, *parts["topics"], cuts)
    place = columns("signals")
    yield from signals(texts, wanted[:, place], answer[:, place])
    if len(parts["urgency"][0]) and texts.startswith("own"):
        yield from urgency(texts, *parts["urgency"])


def answers(examples: list[Example], tag: Callable[[list[str]], Floats]) -> Floats:
    """Probabilities of all heads side by side, [n, labels]; NaN for rows that are not test rows."""
    rows = [number for number, example in enumerate(examples) if example.split == "test"]
    found = np.full((len(examples), len(COLUMNS)), np.nan, dtype=np.float32)
    found[rows] = tag([examples[row].text for row in rows])
    return found


def served(tagger: Model, *, cascade: bool) -> Callable[[list[str]], Floats]:
    """The tagger as it serves, all heads side by side."""

    def tag(texts: list[str]) -> Floats:
        heads = tagger.probabilities(texts, cascade=cascade)
        return np.concatenate([heads[head] for head in HEADS], axis=1)

    return tag


def cuts(tagger: Model) -> Floats:
    return np.array([tagger.thresholds[topic] for topic in HEADS["topics"]], dtype=np.float32)


def groups(examples: list[Example]) -> dict[str, list[int]]:
    """Test rows by source; our own files together and one by one."""
    found: dict[str, list[int]] = {}
    for number, example in enumerate(examples):
        if example.split == "test":
            found.setdefault(example.source, []).append(number)
            if example.source.startswith("own/"):
                found.setdefault("own", []).append(number)
    return dict(sorted(found.items()))


def home_ground(examples: list[Example], answer: Floats, cuts: Floats) -> Iterator[Line]:
    """The served graph on the test texts of every source."""
    for name, rows in groups(examples).items():
        wanted = np.stack([examples[row].targets for row in rows])
        yield from measures(name, wanted, answer[rows], cuts)


def unseen(file: Path) -> Iterator[Line]:
    """Networks trained without a source, on that source's test texts (train.py writes the file)."""
    stored = np.load(file)
    names, wanted, answer = stored["source"], stored["targets"], stored["probabilities"]
    origin = np.array([name.split("/")[0] for name in names])
    for name in [*np.unique(origin), *np.unique(names[origin == "own"])]:
        rows = (names == name) | (origin == name)
        yield from measures(name, wanted[rows], answer[rows], stored["cuts"])


def int8_loss(ours: Iterable[Line], theirs: Iterable[Line]) -> Iterator[Line]:
    """Every measure of the served int8 graph less that of the graph in single precision."""
    for mine, plain in zip(ours, theirs, strict=True):
        if "/" not in mine.texts:
            yield replace(mine, value=mine.value - plain.value, low=np.nan, high=np.nan)
