"""Heads answered by another checkpoint: its labels turned into ours, the contract kept.

Sums are made of logarithms, so that nothing is divided by zero however sure a checkpoint is.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

from ml.tagger.errors import BadModel
from ml.tagger.labels import EXCLUSIVE, HEADS
from ml.tagger.runtime import Floats
from ml.tagger.swap import checkpoint, scorer
from ml.tagger.swap.config import Function, Slot, parse
from ml.tagger.swap.scorer import Logits
from warehouse.settings import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swap:
    """A checkpoint in place of (a part of) a head.

    Attributes:
        labels: the checkpoint's, in the order of its logits.
        version: `<target>:<checkpoint's name>-<8 hex digits of its files and of the mapping>`.
        score: logits [n, labels] of normalised, not empty texts.
    """

    slot: Slot
    labels: tuple[str, ...]
    function: Function
    version: str
    score: Callable[[list[str]], Logits]

    @property
    def thresholds(self) -> dict[str, float]:
        """From which probability its topics are listed."""
        topics = self.slot.gives if self.slot.head == "topics" else ()
        return dict.fromkeys(topics, self.slot.entry.threshold)

    def probabilities(self, texts: list[str]) -> Floats:
        """[n, slot.gives]. Of labels that go to one of ours, softmax adds, sigmoid takes the
        likeliest; where ours exclude each other they then add up to 1."""
        logits = self.score(texts)
        softly = self.function == "softmax"
        theirs = log_softmax(logits, axis=1) if softly else -np.logaddexp(0, -logits)
        ours = np.full((len(texts), len(self.slot.gives)), -np.inf)
        for place, label in enumerate(self.slot.gives):
            mapped = [self.slot.entry.labels.get(name) == label for name in self.labels]
            if any(mapped):
                some = theirs[:, mapped]
                ours[:, place] = logsumexp(some, axis=1) if softly else some.max(axis=1)
        exclusive = self.slot.head in EXCLUSIVE
        answer: Floats = (softmax(ours, axis=1) if exclusive else np.exp(ours)).astype(np.float32)
        return answer


def apply(swaps: Sequence[Swap], texts: list[str], answers: dict[str, Floats]) -> None:
    """Write what checkpoints say over the built-in probabilities, by head [n, labels]."""
    for swap in swaps if texts else ():
        head = swap.slot.head
        places = [HEADS[head].index(label) for label in swap.slot.gives]
        answers[head][:, places] = swap.probabilities(texts)


def _swap(slot: Slot, beside: Path) -> Swap:
    folder = checkpoint.locate(slot, beside, settings().root / "models" / "hub")
    labels, function = checkpoint.describe(slot, folder)
    entry = slot.entry
    if dropped := [name for name in labels if name not in entry.labels]:
        log.info("%s: labels that go to none of ours: %s", slot.where, ", ".join(dropped))
    mapping = [entry.labels, slot.gives, function, entry.threshold, entry.max_tokens]
    content = json.dumps([checkpoint.digest(folder), *mapping], sort_keys=True)
    digest = hashlib.sha256(content.encode())
    name = Path(entry.checkpoint).name or folder.resolve().name
    version = f"{slot.target}:{name}-{digest.hexdigest()[:8]}"
    return Swap(slot, labels, function, version, scorer.Scorer(slot, folder, len(labels)))


@lru_cache(maxsize=4)
def _loaded(file: Path, text: str) -> tuple[Swap, ...]:
    slots = parse(file, text)
    if slots:
        checkpoint.need_torch(file)
    return tuple(_swap(slot, file.parent) for slot in slots)


def load() -> tuple[Swap, ...]:
    """What `tagger.yml` swaps, by target; nothing where there is no such file.

    Checkpoints are described now and read when the first text comes. A folder whose content
    changes under a running process is not noticed by it.

    Raises:
        BadModel: the file or a checkpoint cannot be used; the message says why and what to do.
    """
    file = settings().tagger_config_file
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if settings().tagger_config:
            raise BadModel(f"{file} (HEEDLINE_TAGGER_CONFIG) is not there") from None
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise BadModel(f"{file} cannot be read: {error}") from None
    return _loaded(file, text)
