"""Folders that look like checkpoints, and the files that name them; none of it needs torch."""

import math
from pathlib import Path
from typing import Any

import yaml
from transformers import BertConfig

from warehouse.settings import settings

MOODS = {"neg": "negative", "neu": "neutral", "pos": "positive"}


def checkpoint(name: str, labels: list[str], **told: Any) -> Path:
    """A folder below the home with a real config and weights that nobody reads."""
    folder = settings().root / name
    told.setdefault("architectures", ["BertForSequenceClassification"])
    BertConfig(id2label=dict(enumerate(labels)), **told).save_pretrained(folder)
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def config(heads: dict[str, Any]) -> Path:
    """The home's tagger.yml."""
    file = settings().root / "tagger.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"heads": heads}))
    return file


def softmax(values: list[float]) -> list[float]:
    total = sum(math.exp(v) for v in values)
    return [math.exp(v) / total for v in values]


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
