r"""Train the tagger: `prepare`, then `runs` (here or on an accelerator), then `release`.

    python -m ml.tagger.train prepare --data DIR --work DIR [--corrections FILE]
    python -m ml.tagger.training.runs --prepared WORK/prepared.npz --encoder WORK/encoder \
        --out WORK/runs
    python -m ml.tagger.train release --work DIR --number N

Needs the `train` extra. `prepare` takes a minute, `release` ten on two cores; how long the runs
take is said in training/runs.py. A step that was stopped is begun again, the runs where they were.

New texts of our own can be taught to a network trained before, in minutes: training/tune.py in
place of the runs, with the folders named as runs.py would (soup, without_own_a …).
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.tagger import student
from ml.tagger.answers import probabilities
from ml.tagger.labels import EXCLUSIVE, HEADS, columns
from ml.tagger.model import CONFIG, FOLDER, GRAPH, LABELS, STUDENT, TOKENIZER
from ml.tagger.runtime import MAX_TOKENS
from ml.tagger.training import batches, calibration, export, runs, teach
from ml.tagger.training.batches import Prepared
from ml.tagger.training.calibration import Calibration
from ml.tagger.training.network import LAYERS, encoder_folder
from ml.tagger.training.prepare import prepare

ALLOWED_LOSS = 0.005
"""Macro-F1 that the cascade may lose on calibration texts, averaged over the heads."""

MEASURED = 1_500
"""Training texts by which activations are measured before they are rounded."""

WORTH_IT = 0.5
"""Share of texts that a student must be able to answer to be released."""


def prepared(data: Path, work: Path, corrections: Path | None) -> Path:
    """Write `prepared.npz` and a half-precision copy of the encoder to `work`."""
    from safetensors.torch import load_file, save_file

    source, target = encoder_folder(), work / "encoder"
    target.mkdir(parents=True, exist_ok=True)
    weights = load_file(source / "model.safetensors")
    kept = {
        n: w.half() for n, w in weights.items() if "pooler" not in n and "position_ids" not in n
    }
    save_file(kept, target / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", TOKENIZER):
        shutil.copyfile(source / name, target / name)
    return prepare(data, source / TOKENIZER, work / "prepared.npz", corrections)


def calibrated(logits: NDArray[np.float32], fitted: dict[str, Calibration]) -> NDArray[np.float32]:
    """Logits [n, labels] as calibrated probabilities."""
    scaled = np.empty_like(logits)
    for head in HEADS:
        slope, offset = fitted[head]
        scaled[:, columns(head)] = logits[:, columns(head)] * slope.numpy() + offset.numpy()
    return probabilities(scaled)


def macro_f1(wanted: NDArray[np.float16], answer: NDArray[np.float32]) -> float:
    """Mean over the heads of macro-F1, over rows whose label is known."""
    from sklearn.metrics import f1_score

    scores = []
    for head in HEADS:
        y, p = wanted[:, columns(head)].astype(np.float32), answer[:, columns(head)]
        known = ~np.isnan(y).any(axis=1)
        if head in EXCLUSIVE:
            guess, right = p[known].argmax(axis=1), y[known].argmax(axis=1)
        else:
            guess, right = (p[known] >= 0.5).astype(int), y[known].astype(int)
        scores.append(f1_score(right, guess, average="macro", zero_division=0))
    return float(np.mean(scores))


def cascade_cut(
    data: Prepared, rows: NDArray[np.int64], mine: NDArray[np.float32],
    agreeing: NDArray[np.float32], tagger: NDArray[np.float32],
) -> float:  # fmt: skip
    """The lowest likelihood at which the cascade loses no more than allowed on `rows`."""
    whole = macro_f1(data.targets[rows], tagger)
    for cut in np.arange(0.50, 1.0, 0.01):
        mixed = np.where((agreeing >= cut)[:, None], mine, tagger)
        if whole - macro_f1(data.targets[rows], mixed) <= ALLOWED_LOSS:
            return round(float(cut), 2)
    return 1.0


def taught_student(data: Prepared, answers: NDArray[np.float32], work: Path) -> float:
    """Train the student on the tagger's answers and write it; the share of texts it may answer."""
    from safetensors.numpy import load_file

    weights = load_file(work / "encoder" / "model.safetensors")
    words = weights["embeddings.word_embeddings.weight"].astype(np.float32)
    network = teach.fit(data, answers, words)
    draft = teach.save(network, np.zeros(6, dtype=np.float32), 1.0, work / "draft.npz")
    rows = np.flatnonzero((data.split == 1) & data.of(("own", "semeval")))
    tokens = [data.tokens[data.offsets[r] : data.offsets[r + 1]].tolist() for r in rows]
    mine, _ = student.load(draft).probabilities(tokens)
    gate = teach.fit_gate(mine, answers[rows])
    agreeing = student.likely(student.doubts(mine), gate)
    cut = cascade_cut(data, rows, mine, agreeing, answers[rows])
    share = float((agreeing >= cut).mean())
    print(f"student: believed from {cut}, {share:.0%} of {len(rows)} calibration texts")
    teach.save(network, gate, cut, work / STUDENT)
    return share


def unseen_answers(
    data: Prepared, logits: NDArray[np.float32], fitted: dict[str, Calibration],
    thresholds: dict[str, float], target: Path,
) -> None:  # fmt: skip
    """Keep what networks said of test texts of sources they had not seen, for the evaluation."""
    rows = np.flatnonzero((data.split == 2) & ~np.isnan(logits[:, 0]))
    np.savez_compressed(
        target,
        source=data.names[rows],
        targets=data.targets[rows],
        probabilities=calibrated(logits[rows], fitted).astype(np.float16),
        cuts=np.array([thresholds[topic] for topic in HEADS["topics"]], dtype=np.float32),
    )


def measured_by(data: Prepared) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Training texts of all sources, in batches of like length, to measure activations by."""
    taught = np.flatnonzero(data.split == 0)
    some = np.random.default_rng(1).permutation(taught)[:MEASURED]
    ordered = some[np.argsort(data.length(some), kind="stable")]
    for start in range(0, len(ordered), 32):
        yield data.padded(ordered[start : start + 32])


def release(work: Path, target: Path = FOLDER, number: int = 2) -> Path:
    """Calibrate, export and teach; write the artefact (its card follows from evaluate)."""
    data = batches.load(work / "prepared.npz")
    logits = calibration.unseen_logits(data, runs.unseen(work / "runs"))
    fitted = calibration.calibrate(data, logits)
    for head, (slope, offset) in fitted.items():
        print(f"{head}: slope {slope.item():.3f}, offsets {np.round(offset.numpy(), 2).tolist()}")
    thresholds = calibration.topic_thresholds(data, logits, fitted["topics"])
    unseen_answers(data, logits, fitted, thresholds, work / "unseen.npz")
    model = export.served(work / "runs" / runs.RELEASED / "weights.pt", work / "encoder", fitted)
    export.export_float(model, work / "float.onnx")
    answered = np.load(work / "runs" / runs.RELEASED / "logits.npz")
    share = 0.0
    if len(answered["rows"]) == len(data.split):
        answers = calibrated(answered["logits"].astype(np.float32), fitted)
        share = taught_student(data, answers, work)
    else:
        print("no student: it learns from answers to all texts, which `fit.py --all` gives")
    config = {
        "name": "support-tagger",
        "number": number,
        "encoder": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), fine-tuned",
        "pooled_layers": LAYERS,
        "max_tokens": MAX_TOKENS,
        "languages": ["en"],
    }
    labels = {
        "heads": HEADS,
        "exclusive": sorted(EXCLUSIVE),
        "thresholds": thresholds,
        "priors": calibration.base_rates(data, logits),
    }
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        staged = Path(folder)
        export.export_int8(model, staged / GRAPH, measured_by(data))
        (staged / CONFIG).write_text(json.dumps(config, indent=2) + "\n")
        (staged / LABELS).write_text(json.dumps(labels, indent=2) + "\n")
        shutil.copyfile(work / "encoder" / TOKENIZER, staged / TOKENIZER)
        (target / STUDENT).unlink(missing_ok=True)
        if share >= WORTH_IT:
            shutil.copyfile(work / STUDENT, staged / STUDENT)
        for file in staged.iterdir():
            file.replace(target / file.name)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("prepare", "release"))
    parser.add_argument("--data", type=Path, help="folder with the public texts, for prepare")
    parser.add_argument(
        "--corrections", type=Path, help="what `heedline corrections export` wrote, for prepare"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for everything in between")
    parser.add_argument("--target", type=Path, default=FOLDER)
    parser.add_argument("--number", type=int, default=2, help="counts up with each new model")
    chosen = parser.parse_args()
    if chosen.step == "prepare":
        if chosen.data is None:
            parser.error("prepare wants --data")
        print(prepared(chosen.data, chosen.work, chosen.corrections))
    else:
        print(release(chosen.work, chosen.target, chosen.number))


if __name__ == "__main__":
    main()
