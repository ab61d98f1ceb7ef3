"""Train the tagger: frozen features -> heads -> calibration -> one int8 graph in `models/`.

    python -m ml.tagger.train --data DIR --work DIR [--number N]

Needs the `train` extra. Minutes on two idle cores, most of it the features (kept in --work).
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ml.tagger import graph, heads
from ml.tagger.examples import Example, all_examples
from ml.tagger.features import features
from ml.tagger.labels import EXCLUSIVE, HEADS, SIGNALS, TOPICS
from ml.tagger.model import CONFIG, FOLDER, GRAPH, LABELS, TOKENIZER
from ml.tagger.runtime import MAX_TOKENS

SEED = 7
FOLDS = 2
TONE_SOURCES = frozenset({"semeval", "goemotions", "sst5", "senti4sd"})
_EVERY_NTH_TONE_ROW = 12  # of them only a background of texts without signals is wanted


@dataclass(frozen=True)
class Data:
    """Examples as arrays: features [n, f], targets [n, labels] (NaN unknown), weights [n]."""

    examples: list[Example]
    x: NDArray[np.float16]
    y: torch.Tensor
    weight: torch.Tensor
    fold: NDArray[np.int64]

    def rows(self, head: str, keep: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows of `keep` that say something about a head."""
        labelled = ~torch.isnan(self.y[:, heads.columns(head)]).all(dim=1).numpy()
        rows = np.flatnonzero(labelled & keep)
        if head == "signals":
            tone = np.array([self.examples[row].source in TONE_SOURCES for row in rows])
            rows = rows[~tone | (np.arange(len(rows)) % _EVERY_NTH_TONE_ROW == 0)]
        return rows

    def part(
        self, head: str, rows: NDArray[np.int64], mean: torch.Tensor, scale: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Standardised features, targets and weights (mean 1) of some rows for a head."""
        x = (torch.from_numpy(self.x[rows].astype(np.float32)) - mean) / scale
        weight = self.weight[rows]
        return x, self.y[rows][:, heads.columns(head)], weight / weight.mean()


def load_data(data: Path, work: Path) -> Data:
    """Every example of the manifest with its features; folds keep families of own texts whole."""
    examples = all_examples(data)
    families = sorted({e.family for e in examples if e.source == "own"})
    place = {family: number % FOLDS for number, family in enumerate(families)}
    return Data(
        examples=examples,
        x=features(examples, work),
        y=torch.from_numpy(np.stack([e.targets for e in examples])),
        weight=torch.tensor([e.weight for e in examples]),
        fold=np.array(
            [place[e.family] if e.source == "own" else n % FOLDS for n, e in enumerate(examples)]
        ),
    )


def moments(data: Data, keep: NDArray[np.bool_]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and scale of the features, over every fifth kept row."""
    sample = data.x[np.flatnonzero(keep)[::5]].astype(np.float32)
    return torch.from_numpy(sample.mean(0)), torch.from_numpy(sample.std(0) + 1e-6)


def fit(
    head: str, data: Data, rows: NDArray[np.int64], mean: torch.Tensor, scale: torch.Tensor
) -> nn.Module:
    """One head on some rows."""
    part = data.part(head, rows, mean, scale)
    return (
        heads.fit_hidden(head, *part, seed=SEED)
        if head == "sentiment"
        else heads.fit_linear(head, *part)
    )


def cross_fitted(
    head: str, data: Data, rows: NDArray[np.int64], mean: torch.Tensor, scale: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits for rows their head did not see, with targets and weights (sentiment: one fold)."""
    out: list[tuple[torch.Tensor, ...]] = []
    for fold in range(1 if head == "sentiment" else FOLDS):
        inside, outside = rows[data.fold[rows] != fold], rows[data.fold[rows] == fold]
        network = fit(head, data, inside, mean, scale)
        x, wanted, weight = data.part(head, outside, mean, scale)
        with torch.no_grad():
            out.append((network(x), wanted, weight))
    logits, wanted, weight = (torch.cat(parts) for parts in zip(*out, strict=True))
    return logits, wanted, weight


def topic_thresholds(probability: torch.Tensor, wanted: torch.Tensor) -> dict[str, float]:
    """Per topic, the probability with the best F1 out of fold; 0.5 where positives are few."""
    chosen: dict[str, float] = {}
    for position, topic in enumerate(TOPICS):
        p, y = probability[:, position], wanted[:, position] == 1
        grid = [0.25 + 0.05 * step for step in range(8)]
        f1 = [
            float(2 * (y & (p >= c)).sum() / (y.sum() + (p >= c).sum()).clamp(min=1)) for c in grid
        ]
        chosen[topic] = round(grid[int(np.argmax(f1))], 2) if int(y.sum()) >= 30 else 0.5
    return chosen


def train(data_folder: Path, work: Path, target: Path = FOLDER, number: int = 1) -> Path:
    """Train on the training split and write the artefact (the card is written by evaluate)."""
    data = load_data(data_folder, work)
    keep = np.array([not e.is_test for e in data.examples])
    mean, scale = moments(data, keep)
    networks: dict[str, nn.Module] = {}
    calibration: dict[str, heads.Calibration] = {}
    labels: dict[str, object] = {"heads": HEADS, "exclusive": sorted(EXCLUSIVE)}
    for head in HEADS:
        rows = data.rows(head, keep)
        logits, wanted, weight = cross_fitted(head, data, rows, mean, scale)
        calibration[head] = slope, offset = heads.calibrate(head, logits, wanted, weight)
        networks[head] = fit(head, data, rows, mean, scale)
        probability = torch.sigmoid(logits * slope + offset)
        if head == "topics":
            labels["thresholds"] = topic_thresholds(probability, wanted)
        if head == "signals":
            means = probability.mean(dim=0).tolist()
            labels["priors"] = {s: round(p, 3) for s, p in zip(SIGNALS, means, strict=True)}
        print(f"{head}: {len(rows)} rows, slope {slope.item():.3f}")
    config = {
        "name": "support-tagger",
        "number": number,
        "encoder": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), frozen",
        "pooled_layers": graph.LAYERS,
        "max_tokens": MAX_TOKENS,
        "languages": ["en"],
    }
    served = graph.Tagger(
        graph.Encoder(), graph.Heads(mean, scale, networks), calibration, EXCLUSIVE
    )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        staged = Path(folder)
        graph.export_int8(served, ["probabilities", "embedding"], staged / GRAPH)
        (staged / CONFIG).write_text(json.dumps(config, indent=2) + "\n")
        (staged / LABELS).write_text(json.dumps(labels, indent=2) + "\n")
        shutil.copyfile(graph.encoder_folder() / TOKENIZER, staged / TOKENIZER)
        for name in (TOKENIZER, CONFIG, LABELS, GRAPH):
            (staged / name).replace(target / name)
    return target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the public texts")
    parser.add_argument("--work", type=Path, required=True, help="folder for features")
    parser.add_argument("--target", type=Path, default=FOLDER)
    parser.add_argument("--number", type=int, default=1, help="counts up with each new model")
    chosen = parser.parse_args()
    print(train(chosen.data, chosen.work, chosen.target, chosen.number))
