"""The tagger's speed and sentiment beside other tools, on the same texts in one run.

Peers that need a package that is not installed (the `train` extra) are left out, and said to be.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.tagger.evaluate import metrics
from ml.tagger.evaluate.metrics import Array
from ml.tagger.model import Model

_BATCH = 64


@dataclass(frozen=True)
class Peer:
    """One tool: texts a second, and macro recall of its sentiment where it gives one."""

    name: str
    rate: float
    macro_recall: float | None
    note: str = ""


def _timed(
    tag: Callable[[list[str]], Array | None], texts: list[str]
) -> tuple[float, Array | None]:
    tag(texts[:_BATCH])  # what is loaded at the first call is not the tool's speed
    started = time.perf_counter()
    answer = tag(texts)
    return len(texts) / (time.perf_counter() - started), answer


def _vader() -> Callable[[list[str]], Array]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()

    def tag(texts: list[str]) -> Array:
        score = np.array([analyser.polarity_scores(text)["compound"] for text in texts])
        return np.where(score <= -0.05, 0, np.where(score >= 0.05, 2, 1))  # its makers' cuts

    return tag


def _torch(encoder: Path) -> Callable[[list[str]], None]:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(encoder))
    network = AutoModel.from_pretrained(str(encoder), dtype=torch.float32)
    network.train(False)

    def tag(texts: list[str]) -> None:
        for start in range(0, len(texts), _BATCH):
            batch = tokenizer(
                texts[start : start + _BATCH],
                padding=True,
                truncation=True,
                max_length=160,
                return_tensors="pt",
            )
            with torch.inference_mode():
                network(**batch)

    return tag


def compare(tagger: Model, texts: list[str], sentiment: Array) -> Iterator[Peer]:
    """Transformer, cascade, VADER and torch on normalised texts.

    Args:
        sentiment: the right answers, 0 negative to 2 positive.
    """
    ours = (
        ("support-tagger, transformer", False),
        ("support-tagger, cascade", True),
    )
    for name, cascade in ours[: 1 if tagger.student is None else 2]:
        rate, answer = _timed(
            lambda some, cascade=cascade: tagger.probabilities(some, cascade=cascade)[  # type: ignore[misc]
                "sentiment"
            ].argmax(axis=1),
            texts,
        )
        assert answer is not None
        yield Peer(name, rate, metrics.macro_recall(sentiment, answer))
    try:
        rate, answer = _timed(_vader(), texts)
        assert answer is not None
        yield Peer("VADER (lexicon)", rate, metrics.macro_recall(sentiment, answer))
    except ImportError:
        yield Peer("VADER (lexicon)", 0.0, None, "not installed: pip install vaderSentiment")
    try:
        from ml.tagger.training.network import encoder_folder

        rate, _ = _timed(_torch(encoder_folder()), texts)
        yield Peer("transformers + torch, same encoder, no heads", rate, None)
    except ImportError:
        yield Peer("transformers + torch", 0.0, None, "not installed: the extra `train`")
