"""A sequence-classification checkpoint in the Hugging Face format: found, described, told apart.

What is on the hub is fetched once, into HEEDLINE_HOME; after that nothing asks the network. Code
that comes with a checkpoint is never run.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ml.tagger.errors import BadModel
from ml.tagger.swap.config import Entry, Function, Slot

_WEIGHTS = ("*.safetensors", "*.bin")
"""Where both are there, transformers takes the first."""

_BESIDE = ("*.json", "*.txt", "*.model")
"""Config and tokenizer."""

_REFUSED = 200
"""Characters of another library's message that are passed on."""


def need_torch(file: Path) -> None:
    """Refuse early where the extra is not installed."""
    if find_spec("torch") is None:
        raise BadModel(
            f"{file} names a checkpoint, and torch, which runs it, is not installed; install the "
            "extra `train` (docs/tagger.md says how), or take the file away"
        )


def said(error: Exception) -> str:
    """The first line of another library's message."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:_REFUSED].rstrip(" .:")


def _fetched(entry: Entry, cache: Path, *, offline: bool) -> Path:
    """The hub's folder, of which only one kind of weights is fetched."""
    from huggingface_hub import snapshot_download

    for weights in _WEIGHTS:
        folder = Path(
            snapshot_download(
                entry.checkpoint,
                revision=entry.revision,
                cache_dir=cache,
                allow_patterns=[*_BESIDE, weights],
                ignore_patterns=["*/*"],
                local_files_only=offline,
            )
        )
        if any(folder.glob(weights)):
            return folder
    raise FileNotFoundError("it holds no weights for PyTorch")


def locate(slot: Slot, beside: Path, cache: Path) -> Path:
    """The checkpoint's folder: a local one, else the one fetched earlier, else the hub's.

    Args:
        beside: folder that relative paths start from.
        cache: folder that keeps what is fetched.
    """
    named = slot.entry.checkpoint
    folder = beside / Path(named).expanduser()
    if folder.is_dir():
        if slot.entry.revision:
            raise BadModel(f"{slot.where}: a folder has no revisions; leave `revision` out")
        if not any(any(folder.glob(weights)) for weights in _WEIGHTS):
            raise BadModel(f"{slot.where}: {folder} holds no weights for PyTorch; name another")
        return folder
    if named.startswith((".", "/", "~")) or named.count("/") > 1:
        raise BadModel(f"{slot.where}: {folder} is no folder; look at the path")
    try:
        return _fetched(slot.entry, cache, offline=True)
    except (OSError, ValueError):
        pass  # not fetched yet, or not whole
    try:
        return _fetched(slot.entry, cache, offline=False)
    except Exception as error:  # the client's own, those of its HTTP library and of the system
        raise BadModel(
            f"{slot.where}: {folder} is no folder, and the hub does not give it ({said(error)}); "
            "look at its name and the network, or download it and name its folder"
        ) from None


def _config(slot: Slot, folder: Path) -> Any:
    from transformers import AutoConfig

    if not (folder / "config.json").exists():
        raise BadModel(f"{slot.where}: {folder / 'config.json'} is missing; name another folder")
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise BadModel(
            f"{slot.where}: transformers cannot read its config ({said(error)}); "
            "name a checkpoint of an architecture that it knows"
        ) from None


def describe(slot: Slot, folder: Path) -> tuple[tuple[str, ...], Function]:
    """The checkpoint's labels in the order of its logits, and what makes them probabilities.

    Raises:
        BadModel: it is no classifier, or lacks a label that the file maps.
    """
    config = _config(slot, folder)
    made_as = config.architectures or []
    if made_as and not any(name.endswith("ForSequenceClassification") for name in made_as):
        raise BadModel(
            f"{slot.where}: it is a {', '.join(made_as)}, not a sequence classifier; "
            "name a checkpoint fine-tuned for text classification"
        )
    labels = tuple(str(config.id2label[n]) for n in range(config.num_labels))
    function = slot.entry.function
    if function is None and config.problem_type == "multi_label_classification":
        function = "sigmoid"
    if config.problem_type == "regression" or (len(labels) == 1 and function != "sigmoid"):
        raise BadModel(
            f"{slot.where}: it gives a number, not labels; name a classifier, or, if its one label "
            "is a yes or no, say `function: sigmoid`"
        )
    if len(labels) == 1 and slot.head in {"sentiment", "urgency"}:
        raise BadModel(f"{slot.where}: one label ({labels[0]}) cannot tell {slot.head} apart")
    unknown = [name for name in slot.entry.labels if name not in labels]
    if unknown:
        raise BadModel(
            f"{slot.where}: it has no label {', '.join(map(repr, unknown))}; "
            f"its labels are {', '.join(map(repr, labels))}"
        )
    return labels, function or "softmax"


def digest(folder: Path) -> str:
    """sha256 over names and content of everything in the folder that answers depend on."""
    found = hashlib.sha256()
    for file in sorted(f for pattern in (*_BESIDE, *_WEIGHTS) for f in folder.glob(pattern)):
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        found.update(f"{file.name}\0{content}\0".encode())
    return found.hexdigest()
