"""Frozen features of the training texts, from the same int8 encoder that serves. Needs torch once.

Heads fitted on them meet at serving time exactly what they were fitted on. Work is kept: a killed
run goes on where it stopped, and a run on the same texts computes nothing.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.tagger.examples import Example
from ml.tagger.runtime import Runner

_CHUNK = 4096


def encoder_graph(work: Path) -> tuple[Path, Path]:
    """The int8 encoder, exported once, and its tokenizer file."""
    from ml.tagger import graph

    target = work / "encoder.int8.onnx"
    if not target.exists():
        work.mkdir(parents=True, exist_ok=True)
        graph.export_int8(graph.Encoder(), ["features"], target)
    return target, graph.encoder_folder() / "tokenizer.json"


def features(examples: list[Example], work: Path) -> NDArray[np.float16]:
    """Features [n, layers * 384] of the examples' texts, in order, as a memory map."""
    digest = hashlib.sha256("\x00".join(e.text for e in examples).encode()).hexdigest()[:12]
    final, part, done = (work / f"features-{digest}{end}" for end in (".npy", ".part", ".done"))
    if final.exists():
        stored: NDArray[np.float16] = np.load(final, mmap_mode="r")
        return stored
    encoder, vocabulary = encoder_graph(work)
    runner = Runner(encoder, vocabulary, "features")
    width = runner.run(["one"]).shape[1]
    start = int(done.read_text()) if part.exists() and done.exists() else 0
    store = np.lib.format.open_memmap(
        part, mode="r+" if start else "w+", dtype=np.float16, shape=(len(examples), width)
    )
    for position in range(start, len(examples), _CHUNK):
        texts = [e.text or "empty" for e in examples[position : position + _CHUNK]]
        store[position : position + len(texts)] = runner.run(texts)
        store.flush()
        done.write_text(str(position + len(texts)))
        sys.stderr.write(f"features {position + len(texts)}/{len(examples)}\n")
    part.rename(final)
    return store
