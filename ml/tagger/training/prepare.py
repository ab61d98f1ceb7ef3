"""Examples as arrays of numbers in one file: all that an accelerator needs beside the encoder.

Near-duplicates across splits are removed here: a training text whose letters are nearly those of a
test or calibration text is left out.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from ml.tagger.runtime import tokenizer
from ml.tagger.training.examples import Example, all_examples, manifest

NEAR = 0.85
"""Cosine of character 4-grams from which two texts count as the same."""

_CHUNK = 2000


def near_duplicates(texts: list[str], others: list[str]) -> NDArray[np.bool_]:
    """Which of `texts` are nearly one of `others`."""
    found = np.zeros(len(texts), dtype=bool)
    if not texts or not others:
        return found
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32)
    mine = vectorizer.fit_transform(texts)
    theirs = vectorizer.transform(others).T.tocsc()
    for start in range(0, len(texts), _CHUNK):
        likeness = mine[start : start + _CHUNK] @ theirs
        found[start : start + _CHUNK] = likeness.max(axis=1).toarray().ravel() >= NEAR
    return found


def without_near_duplicates(examples: list[Example]) -> tuple[list[Example], dict[str, int]]:
    """Examples without training texts that stand, nearly, in another split; how many by source."""
    groups = sorted({example.source.split("/")[0] for example in examples})
    dropped: set[int] = set()
    counts: dict[str, int] = {}
    for group in groups:
        mine = [n for n, e in enumerate(examples) if e.source.split("/")[0] == group]
        train = [n for n in mine if examples[n].split == "train"]
        rest = [n for n in mine if examples[n].split != "train"]
        near = near_duplicates([examples[n].text for n in train], [examples[n].text for n in rest])
        gone = {n for n, is_near in zip(train, near, strict=True) if is_near}
        dropped |= gone
        counts[group] = len(gone)
    return [e for n, e in enumerate(examples) if n not in dropped], counts


@dataclass(frozen=True)
class IntentSet:
    """A source's own labels, in the order of its head."""

    labels: list[str]
    is_one_of: bool


def intent_sets(examples: list[Example]) -> dict[str, IntentSet]:
    specs = manifest()
    return {
        name: IntentSet(
            sorted({intent for e in examples if e.source == name for intent in e.intents}),
            specs[name]["intents"] == "one",
        )
        for name in specs
        if "intents" in specs[name]
    }


def prepare(data: Path, vocabulary: Path, target: Path, corrections: Path | None = None) -> Path:
    """Write `target` (.npz): tokens, targets, splits and sources of every example.

    Arrays: tokens u2 [t] and offsets i8 [n+1]; targets f2 [n, labels] (NaN unknown); weight f4 [n];
    split i1 [n] (0 train, 1 dev, 2 test); source i2 [n]; intents u2 [k], intent_offsets i8 [n+1];
    meta: JSON with the names of sources and intents and what was left out.

    Args:
        corrections: what people said of a company's texts, as `heedline corrections export` wrote.
    """
    examples, removed = without_near_duplicates(all_examples(data, corrections))
    sets = intent_sets(examples)
    place = {name: {label: n for n, label in enumerate(s.labels)} for name, s in sets.items()}
    read = tokenizer(vocabulary)
    tokens = [encoding.ids for encoding in read.encode_batch([e.text for e in examples])]
    intents = [[place[e.source][i] for i in e.intents] for e in examples]
    sources = sorted({example.source for example in examples})
    specs = manifest()
    meta = {
        "sources": sources,
        "epoch": {name: specs[name]["epoch"] for name in specs},
        "intents": {n: {"labels": s.labels, "one_of": s.is_one_of} for n, s in sets.items()},
        "near_duplicates_left_out": removed,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        target,
        tokens=np.fromiter((t for row in tokens for t in row), dtype=np.uint16),
        offsets=np.cumsum([0, *map(len, tokens)]),
        targets=np.stack([e.targets for e in examples]).astype(np.float16),
        weight=np.array([e.weight for e in examples], dtype=np.float32),
        split=np.array([("train", "dev", "test").index(e.split) for e in examples], dtype=np.int8),
        source=np.array([sources.index(e.source) for e in examples], dtype=np.int16),
        intents=np.fromiter((i for row in intents for i in row), dtype=np.uint16),
        intent_offsets=np.cumsum([0, *map(len, intents)]),
        meta=np.array(json.dumps(meta)),
    )
    return target
