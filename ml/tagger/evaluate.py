"""How good the tagger in `models/` is on texts it never saw, through the very path that serves.

    python -m ml.tagger.evaluate --data DIR [--work DIR]

Every source's test texts (a fifth, by hash) and the test families of our own messages are scored by
the served int8 graph. With --work (and the `train` extra) whole sources are left out of training as
well: that is the number to expect on a customer's own texts.
"""

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ml.tagger import metrics, model
from ml.tagger.examples import COLUMNS, Example, all_examples
from ml.tagger.labels import HEADS, SIGNALS, TOPICS
from ml.tagger.metrics import Array, Score, bootstrap
from ml.tagger.runtime import Floats

TONE = ("semeval", "goemotions", "sst5", "senti4sd")
TOPICAL = ("banking77", "bitext", "clinc150", "multidogo")
Line = tuple[str, int, Score]
"""What was measured, on how many texts, and the score."""


def _wanted(rows: list[Example], head: str) -> Array:
    start = COLUMNS.index(f"{head}.{HEADS[head][0]}")
    targets = np.stack([example.targets for example in rows])
    return targets[:, start : start + len(HEADS[head])]


def _one_of(rows: list[Example], answer: Floats, head: str) -> tuple[Array, Array]:
    """Wanted and answered label numbers where the head is labelled."""
    wanted = _wanted(rows, head)
    known = ~np.isnan(wanted[:, 0])
    return wanted[known].argmax(1), answer[known].argmax(1)


def best_topic_hits(wanted: Array, answer: Floats) -> Array:
    """Per text: is the best topic one of the wanted ones?"""
    return np.asarray(wanted[np.arange(len(wanted)), answer.argmax(1)] == 1)


def _signals(rows: list[Example], answer: Floats, where: str) -> Iterator[Line]:
    wanted = _wanted(rows, "signals")
    for position, signal in enumerate(SIGNALS):
        known = ~np.isnan(wanted[:, position])
        y, p = wanted[known, position].astype(int), answer[known, position]
        if 0 < y.sum() < len(y):
            name = f"{where} {signal} ({y.sum()} present)"
            yield f"{name} AUC", len(y), bootstrap(metrics.auc, y, p)
            yield f"{name} AP", len(y), bootstrap(metrics.average_precision, y, p)
            yield f"{name} F1 at 0.5", len(y), bootstrap(metrics.f1, y, (p >= 0.5).astype(int))
            error = metrics.calibration_error(y, p)
            yield f"{name} calibration error", len(y), (error, error, error)


def held_out(examples: list[Example], tagger: model.Model) -> Iterator[Line]:
    """The served graph on the test split, source by source."""
    for source in (*TONE, *TOPICAL, "nlupp_banking", "own"):
        rows = [e for e in examples if e.source == source and e.is_test and e.text]
        answer = tagger.probabilities([e.text for e in rows])
        y, guess = _one_of(rows, answer["sentiment"], "sentiment")
        if len(set(y)) == 3:
            yield (
                f"{source} sentiment macro-recall",
                len(y),
                bootstrap(metrics.macro_recall, y, guess),
            )
            yield f"{source} sentiment macro-F1", len(y), bootstrap(metrics.macro_f1, y, guess)
        topics = _wanted(rows, "topics")
        known = ~np.isnan(topics[:, 0])
        if known.sum() > 100:
            hits = best_topic_hits(topics[known], answer["topics"][known])
            share = bootstrap(lambda y, _: float(y.mean()), hits, hits)
            yield f"{source} best topic right", int(known.sum()), share
        if source == "own":
            y, guess = _one_of(rows, answer["urgency"], "urgency")
            yield "own urgency macro-recall", len(y), bootstrap(metrics.macro_recall, y, guess)
        if source in (*TOPICAL, "own"):
            yield from _signals(rows, answer["signals"], source)


def left_out(data: Path, work: Path) -> Iterator[Line]:
    """Train without a whole source, test on that source. Needs torch."""
    import torch

    from ml.tagger import train

    loaded = train.load_data(data, work)
    origin = np.array([e.source for e in loaded.examples])
    training = np.array([not e.is_test for e in loaded.examples])
    for head, sources in (("sentiment", TONE), ("topics", TOPICAL)):
        for source in sources:
            keep = training & (origin != source)
            mean, scale = train.moments(loaded, keep)
            network = train.fit(head, loaded, loaded.rows(head, keep), mean, scale)
            rows = loaded.rows(head, ~training & (origin == source))
            x, wanted, _ = loaded.part(head, rows, mean, scale)
            with torch.no_grad():
                answer = network(x).numpy()
            if head == "sentiment":
                y = wanted.numpy().argmax(1)
                score = bootstrap(metrics.macro_recall, y, answer.argmax(1))
                yield f"{source} sentiment macro-recall, source left out", len(y), score
            else:
                hits = best_topic_hits(wanted.numpy(), answer)
                score = bootstrap(lambda y, _: float(y.mean()), hits, hits)
                yield f"{source} best topic right, source left out", len(hits), score


def speed(texts: list[str], tagger: model.Model) -> dict[str, float]:
    """Texts a second: sorted batches on two workers, against one text at a time."""
    rates = {}
    started = time.perf_counter()
    tagger.probabilities(texts)
    rates["batched"] = len(texts) / (time.perf_counter() - started)
    few = texts[:: max(1, len(texts) // 300)]
    started = time.perf_counter()
    for text in few:
        tagger.probabilities([text])
    rates["one at a time"] = len(few) / (time.perf_counter() - started)
    return rates


def main(data: Path, work: Path | None) -> None:
    tagger = model.load()
    examples = all_examples(data)
    print(f"{tagger.version}: {len(TOPICS)} topics, {len(SIGNALS)} signals")
    lines = held_out(examples, tagger)
    if work is not None:
        lines = itertools.chain(lines, left_out(data, work))
    for name, count, (value, low, high) in lines:
        print(f"| {name} | {count} | {value:.3f} | {low:.3f} to {high:.3f} |", flush=True)
    texts = [e.text for e in examples if e.is_test and e.text][:3000]
    for how, rate in speed(texts, tagger).items():
        print(f"{how}: {rate:.0f} texts/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    main(chosen.data, chosen.work)
