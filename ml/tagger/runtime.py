"""Run a text graph with onnxruntime: tokenise, sort by length, batch, two one-thread workers.

Sorting keeps padding small and the token budget keeps memory flat whatever the lengths. Two workers
with one thread each beat one worker with two threads on short texts, where most operators are too
small to split.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]

MAX_TOKENS = 160
BATCH_TOKENS = 1024
"""Tokens in a batch, padding included."""

BATCH_TEXTS = 96


def workers() -> int:
    """Worker threads: the cores this process may use, four at most."""
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def session(graph: Path) -> ort.InferenceSession:
    """An inference session that uses one thread per call."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def tokenizer(file: Path) -> Tokenizer:
    loaded = Tokenizer.from_file(str(file))
    loaded.enable_truncation(MAX_TOKENS)
    loaded.no_padding()
    return loaded


def _batches(encodings: list[Encoding]) -> Iterator[list[int]]:
    """Positions of texts of like length, longest first, within the token budget."""
    order = sorted(range(len(encodings)), key=lambda i: -len(encodings[i].ids))
    batch: list[int] = []
    for position in order:
        width = len(encodings[batch[0]].ids) if batch else 0
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * width > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


class Runner:
    """A session and its tokenizer; `run` answers in the order of the texts.

    Args:
        graph: ONNX file with inputs `input_ids` and `attention_mask` (int64, [n, t]).
        vocabulary: tokenizer.json beside it.
    """

    def __init__(self, graph: Path, vocabulary: Path) -> None:
        self.session, self.tokenizer = session(graph), tokenizer(vocabulary)

    def _forward(
        self, encodings: list[Encoding], batch: list[int], outputs: tuple[str, ...]
    ) -> Floats:
        width = len(encodings[batch[0]].ids)
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, position in enumerate(batch):
            tokens = encodings[position].ids
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        answer = self.session.run(list(outputs), {"input_ids": ids, "attention_mask": mask})
        return np.concatenate(answer, axis=1).astype(np.float32, copy=False)

    def encode(self, texts: list[str]) -> list[Encoding]:
        """Tokens of texts that are normalised and not empty."""
        encodings: list[Encoding] = self.tokenizer.encode_batch_fast(texts)
        return encodings

    def answer(self, encodings: list[Encoding], *outputs: str) -> Floats:
        """The named outputs of the graph, side by side: [len(encodings), width]."""
        batches = list(_batches(encodings))
        with ThreadPoolExecutor(workers()) as pool:
            answers = list(
                pool.map(lambda batch: self._forward(encodings, batch, outputs), batches)
            )
        width = answers[0].shape[1] if answers else 0
        result = np.zeros((len(encodings), width), dtype=np.float32)
        for batch, answer in zip(batches, answers, strict=True):
            result[batch] = answer
        return result

    def run(self, texts: list[str], *outputs: str) -> Floats:
        """As `answer`, for texts that are normalised and not empty."""
        return self.answer(self.encode(texts), *outputs)
