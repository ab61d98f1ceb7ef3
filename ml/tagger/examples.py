"""Training examples: every source of `manifest.yml` in our heads' terms, split once and for good.

Each example carries a target per head, NaN where its source says nothing. Splits go by a hash of
the bare letters of a text (own messages: by family), so near-identical texts never straddle them.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ml.tagger.labels import HEADS, SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from ml.tagger.readers import READERS
from ml.tagger.text import normalise

HERE = Path(__file__).parent
OWN = HERE / "data" / "own.jsonl"
COLUMNS = [f"{head}.{label}" for head, labels in HEADS.items() for label in labels]
TEST_SHARE = 20  # percent

Floats = NDArray[np.float32]


class BadManifest(ValueError):
    """A source file is missing or differs from the checksum in the manifest."""


@dataclass(frozen=True)
class Example:
    """One labelled text; `targets` aligned with COLUMNS, NaN = unknown."""

    source: str
    text: str
    targets: Floats
    weight: float
    is_test: bool
    family: str


def manifest() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "manifest.yml").read_text())
    return loaded


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _bucket(key: str) -> int:
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16)


def _bare(text: str) -> str:
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


def _own(weight: float) -> Iterator[Example]:
    for line in OWN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Example(
            source="own",
            text=normalise(row["text"]),
            targets=targets(row, signals_known=True),
            weight=weight,
            is_test=row["split"] == "test",
            family=row["family"],
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


def source_examples(data: Path, name: str, *, check: bool = True) -> Iterator[Example]:
    """All examples drawn from one source, deterministic.

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
    pools: dict[str, dict[str, str]] = defaultdict(dict)
    for label, raw in READERS[spec["reader"]](_files(data, name, spec, check=check)):
        if label in meaning or "*" in meaning:
            text = normalise(raw)
            pools[label].setdefault(_bare(text), text)
    for label, pool in pools.items():
        group = meaning.get(label, meaning.get("*", {}))
        vector = targets(group, signals_known=known)
        drawn = sorted(pool, key=lambda bare: _bucket("draw" + bare))[
            : group.get("take", spec["take"])
        ]
        for bare in drawn:
            is_test = _bucket("split" + bare) % 100 < TEST_SHARE
            yield Example(name, pool[bare], vector, spec["weight"], is_test, label)


def all_examples(data: Path, *, check: bool = True) -> list[Example]:
    """Every source's examples; a text met in an earlier source is not taken again."""
    seen: set[str] = set()
    kept: list[Example] = []
    for name in manifest():
        for example in source_examples(data, name, check=check):
            key = _bare(example.text)
            if name != "own" and key in seen:
                continue
            seen.add(key)
            kept.append(example)
    return kept
