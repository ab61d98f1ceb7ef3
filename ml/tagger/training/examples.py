"""Training examples: every source of `manifest.yml` in our heads' terms, split once and for good.

Each example carries a target per head, NaN where its source says nothing. What a source holds out
stays held out; elsewhere splits go by a hash of the bare letters of a text (own messages: by
family), so that near-identical texts never straddle them.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from ml.tagger.labels import COLUMNS, SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.text import normalise
from ml.tagger.training.readers import READERS, Row

HERE = Path(__file__).parents[1]
OWN = HERE / "data"
TEST_SHARE = 12
"""Percent of a source without a held-out part of its own that is kept for the test."""

DEV_SHARE = 8
"""Percent of the rest of every source: thresholds and calibration are chosen on it."""

Floats = NDArray[np.float32]
Split = Literal["train", "dev", "test"]


class BadManifest(ValueError):
    """A source file is missing or differs from the checksum in the manifest."""


@dataclass(frozen=True)
class Example:
    """One labelled text; `targets` aligned with COLUMNS, NaN = unknown.

    Attributes:
        source: name in the manifest; own messages: `own/<file>`.
        intents: the source's own labels of it.
        weight: in the loss of the heads it labels.
    """

    source: str
    text: str
    targets: Floats
    weight: float
    split: Split
    intents: tuple[str, ...] = ()


def manifest() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "manifest.yml").read_text())
    return loaded


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _bucket(key: str) -> int:
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 100


def bare(text: str) -> str:
    """The letters of a text: what is left when two texts differ in form only."""
    return re.sub(r"[^a-z]+", "", text.lower())


def targets(group: dict[str, Any], *, signals_known: bool) -> Floats:
    """A manifest group (or an own message) as a target vector."""
    values = dict.fromkeys(COLUMNS, np.nan)
    if "sentiment" in group:
        values |= {f"sentiment.{s}": float(s == group["sentiment"]) for s in SENTIMENTS}
    if group.get("topics"):
        values |= {f"topics.{t}": float(t in group["topics"]) for t in TOPICS}
    if "urgency" in group:
        values |= {f"urgency.{u}": float(u == group["urgency"]) for u in URGENCIES}
    has, lacks, mask = (group.get(key, []) for key in ("has", "lacks", "mask"))
    for signal in SIGNALS:
        if signal in has:
            values[f"signals.{signal}"] = 1.0
        elif signal not in mask and (signals_known or signal in lacks):
            values[f"signals.{signal}"] = 0.0
    return np.array([values[column] for column in COLUMNS], dtype=np.float32)


def own_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Our own messages as (file, row), files in order of name."""
    for path in sorted(OWN.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)


def corrected(path: Path) -> Iterator[Example]:
    """What people said, as `heedline corrections export` writes it: as heavy as our own."""
    weight = manifest()["own"]["weight"]
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        split: Split = "dev" if _bucket("dev" + row["family"]) < DEV_SHARE else "train"
        found = targets(row, signals_known=True)
        yield Example("own/corrections", normalise(row["text"]), found, weight, split)


def _own(weight: float) -> Iterator[Example]:
    for file, row in own_rows():
        split: Split = "test" if row["split"] == "test" else "train"
        if split == "train" and _bucket("dev" + row["family"]) < DEV_SHARE:
            split = "dev"
        yield Example(
            source=f"own/{file}",
            text=normalise(row["text"]),
            targets=targets(row, signals_known=True),
            weight=weight,
            split=split,
        )


def _files(data: Path, name: str, spec: dict[str, Any], *, check: bool) -> list[Path]:
    paths: list[Path] = []
    for relative, expected in spec["files"].items():
        path = data / relative
        if not path.exists():
            raise BadManifest(
                f"{name}: {path} is missing; see manifest.yml for where it comes from"
            )
        if check and sha256(path) != expected:
            raise BadManifest(f"{name}: {path} differs from the checksum in manifest.yml")
        paths.append(path)
    return paths


def _split(key: str, rows: list[Row], *, holds_out: bool) -> Split:
    """Where all rows of like letters go: to the test if one of them is held out."""
    if any(row.is_held_out for row in rows):
        return "test"
    if not holds_out and _bucket("split" + key) < TEST_SHARE:
        return "test"
    return "dev" if _bucket("dev" + key) < DEV_SHARE else "train"


def source_examples(data: Path, name: str, *, check: bool = True) -> Iterator[Example]:
    """All examples of one source, deterministic; of texts of like letters the first.

    Raises:
        BadManifest: a file is missing or has changed.
    """
    spec = manifest()[name]
    if spec["reader"] == "own":
        yield from _own(spec["weight"])
        return
    known = spec.get("signals") == "known"
    meaning = {
        intent: spec.get("default", {}) | group
        for group in spec["groups"]
        for intent in group["intents"]
    }
    nothing: dict[str, Any] = {}
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in READERS[spec["reader"]](_files(data, name, spec, check=check)):
        alike[bare(row.text)].append(row)
    holds_out = any(row.is_held_out for rows in alike.values() for row in rows)
    for key, rows in alike.items():
        first = rows[0]
        group = meaning.get(first.label, meaning.get("*", nothing))
        intents = first.intents if "intents" in spec else ()
        if group or intents:
            yield Example(
                source=name,
                text=normalise(first.text),
                targets=targets(group, signals_known=known and bool(group)),
                weight=group.get("weight", spec["weight"]),
                split=_split(key, rows, holds_out=holds_out),
                intents=intents,
            )


def all_examples(
    data: Path, corrections: Path | None = None, *, check: bool = True
) -> list[Example]:
    """Every source's examples with something to read; a text of like letters is taken once.

    Test rows come first where two sources share a text, so none of them is trained on elsewhere.
    """
    sources = [source_examples(data, name, check=check) for name in manifest()]
    if corrections is not None:
        sources.append(corrected(corrections))
    found = [example for source in sources for example in source if example.text]
    order = sorted(range(len(found)), key=lambda n: found[n].split != "test")
    seen: set[str] = set()
    kept: list[int] = []
    for number in order:
        key = bare(found[number].text)
        if key not in seen:
            seen.add(key)
            kept.append(number)
    return [found[number] for number in sorted(kept)]
