"""What a checkpoint says of texts, by transformers and torch on the CPU.

Torch is imported when the first text is scored, not before.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.tagger.errors import BadModel
from ml.tagger.swap.checkpoint import said
from ml.tagger.swap.config import Slot

Logits = NDArray[np.float64]


class Scorer:
    """Logits [n, labels] of texts, by a network that is loaded when the first one is asked for.

    Args:
        folder: config, tokenizer and weights in the Hugging Face format.
        labels: how many logits the checkpoint's config promises.
    """

    def __init__(self, slot: Slot, folder: Path, labels: int) -> None:
        self.slot, self.folder, self.labels = slot, folder, labels

    def __call__(self, texts: list[str]) -> Logits:
        """Logits of texts that are not empty, in their order.

        Raises:
            BadModel: the network cannot be loaded, or cannot read texts.
        """
        answers = np.zeros((len(texts), self.labels))
        # Texts of like length together, so that little is padding.
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
        forward, size = self._ready
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            answers[batch] = forward([texts[n] for n in batch])
        return answers

    @cached_property
    def _ready(self) -> tuple[Callable[[list[str]], Logits], int]:
        """The network, tried on a text as long as any will be, and how many texts it takes."""
        entry = self.slot.entry
        tokenizer, network = self._loaded()

        def forward(texts: list[str]) -> Logits:
            import torch

            encoded = tokenizer(
                texts,
                padding=len(texts) > 1,
                truncation=True,
                max_length=entry.max_tokens,
                return_tensors="pt",
            )
            with torch.inference_mode():
                found: Logits = network(**encoded).logits.double().numpy()
            return found

        size = 1 if tokenizer.pad_token is None else entry.batch
        try:
            tried = forward(["ok " * entry.max_tokens, "ok"][:size])
        except Exception as error:  # of torch, of the tokenizer or of the network's own checks
            raise BadModel(
                f"{self.slot.where}: it cannot read texts of {entry.max_tokens} tokens, {size} at "
                f"once ({said(error)}); lower `max_tokens`, or say `batch: 1`"
            ) from None
        if tried.shape[1:] != (self.labels,) or not np.isfinite(tried).all():
            raise BadModel(
                f"{self.slot.where}: it does not give {self.labels} finite numbers a text, as its "
                "config says; restore it, or name another checkpoint"
            )
        return forward, size

    def _loaded(self) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        # What matters of its reports is said below.
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        local = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.folder, **local)
            network, report = AutoModelForSequenceClassification.from_pretrained(
                self.folder, dtype=torch.float32, output_loading_info=True, **local
            )
        except Exception as error:  # whatever a damaged file makes the libraries say
            raise BadModel(
                f"{self.slot.where}: transformers cannot load it ({said(error)}); "
                f"restore {self.folder}, or name another checkpoint"
            ) from None
        if missing := sorted(report["missing_keys"]):
            raise BadModel(
                f"{self.slot.where}: it holds no weights for {', '.join(missing[:3])}, so it is no "
                "trained classifier; name one fine-tuned for text classification"
            )
        return tokenizer, network
