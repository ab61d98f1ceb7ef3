"""`tagger.yml`: which heads, or labels of one, a Hugging Face checkpoint answers in our stead."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ml.tagger.errors import BadModel
from ml.tagger.labels import EXCLUSIVE, HEADS
from warehouse import typed_yaml

Function = Literal["softmax", "sigmoid"]


class Entry(BaseModel):
    """One checkpoint.

    Attributes:
        checkpoint: a folder (relative ones from the file's own), else an id on the hub.
        revision: commit, tag or branch on the hub.
        labels: the checkpoint's names to ours; several may go to one, those left out are dropped.
        without: labels of ours that it never gives; `rest` for all that nothing goes to.
        function: what makes probabilities of its logits, where its config does not say.
        threshold: probability from which its topics are listed.
        batch: texts scored at once.
        max_tokens: tokens read of a text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    checkpoint: str = Field(min_length=1)
    revision: str | None = None
    labels: dict[str, str] = Field(min_length=1)
    without: Literal["rest"] | tuple[str, ...] = ()
    function: Function | None = None
    threshold: float = Field(default=0.5, gt=0, lt=1)
    batch: int = Field(default=32, ge=1)
    max_tokens: int = Field(default=256, ge=8)

    @field_validator("labels", mode="before")
    @classmethod
    def _texts(cls, labels: object) -> object:
        if isinstance(labels, dict):
            for name in labels:
                if not isinstance(name, str | int):
                    raise ValueError(f"{name!r} is no text")
                if isinstance(name, bool):
                    raise ValueError("YAML reads yes, no, on, off as true or false; quote them")
        return labels


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    heads: dict[str, Entry] = {}


@dataclass(frozen=True)
class Slot:
    """What of ours an entry answers.

    Attributes:
        where: file, target and checkpoint, for messages.
        target: as the file names it: a head (`sentiment`) or one label of it (`topics.outage`).
        gives: the head's labels that are taken from the checkpoint, in our order. Labels of
            `topics` and `signals` beside them stay the built-in tagger's.
    """

    where: str
    target: str
    head: str
    entry: Entry
    gives: tuple[str, ...]


def _slot(file: Path, target: str, entry: Entry) -> Slot:
    where = f"{file}: {target}: {entry.checkpoint}"
    head, _, alone = target.partition(".")
    if head not in HEADS:
        raise BadModel(f"{file}: {target}: no such head; there are {', '.join(HEADS)}")
    if alone and head in EXCLUSIVE:
        raise BadModel(f"{file}: {target}: the labels of {head} exclude each other; swap {head}")
    if alone and alone not in HEADS[head]:
        raise BadModel(f"{file}: {target}: no such label; there are {', '.join(HEADS[head])}")
    scope = (alone,) if alone else HEADS[head]
    reached = set(entry.labels.values())
    rest = tuple(label for label in scope if label not in reached)
    without = rest if entry.without == "rest" else entry.without
    for label in [*entry.labels.values(), *without]:
        if label not in scope:
            raise BadModel(f"{where}: {label!r} is none of {', '.join(scope)}")
    if both := reached.intersection(without):
        raise BadModel(f"{where}: {', '.join(sorted(both))} in `labels` and in `without`")
    missing = [label for label in rest if label not in without]
    if head in EXCLUSIVE and missing:
        raise BadModel(
            f"{where}: nothing goes to {', '.join(missing)}; map a label of the checkpoint to it, "
            "or name it under `without:` if the checkpoint never says so"
        )
    if head != "topics" and "threshold" in entry.model_fields_set:
        raise BadModel(f"{where}: only topics have a `threshold`; leave it out")
    return Slot(where, target, head, entry, tuple(x for x in scope if x not in missing))


def parse(file: Path, text: str) -> list[Slot]:
    """The slots of a file, by target.

    Raises:
        BadModel: naming the file, the place in it, what is wrong and what would be right.
    """
    shown = "; ml/tagger/tagger.yml shows the form"
    entries = typed_yaml.parse(text, _File, file, BadModel, shown).heads
    slots = [_slot(file, target, entries[target]) for target in sorted(entries)]
    owner: dict[tuple[str, str], str] = {}
    for slot in slots:
        for label in slot.gives:
            other = owner.setdefault((slot.head, label), slot.target)
            if other != slot.target:
                raise BadModel(
                    f"{file}: {other} and {slot.target} both give {label}; take it out of one"
                )
    return slots
