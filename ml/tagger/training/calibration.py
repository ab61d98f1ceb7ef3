"""Make probabilities mean what they say, on texts of sources that the network had not seen.

A network is too sure of itself on texts unlike those it learnt from, and a customer's texts are
unlike them. So slopes and offsets are fitted on the answers of runs that a whole source (or a third
of our own files) was left out of, for the training and calibration rows of that source; test rows
never count.
"""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ml.tagger.labels import COLUMNS, EXCLUSIVE, HEADS, TOPICS, columns
from ml.tagger.training.batches import Prepared

Calibration = tuple[torch.Tensor, torch.Tensor]
"""Slope [1] and offset [labels] of a head's logits."""

UNSEEN = {
    "sentiment": ("own", "semeval"),
    "topics": ("own",),
    "signals": ("own",),
    "urgency": ("own",),
}
"""Sources whose texts, left out of training, a head is calibrated on: those nearest to support."""

ABOUT_LEAVING = (
    "own/leaving",
    "own/exits",
    "own/endings",
    "own/threats",
    "own/renewals",
    "own/brandtalk",
    "own/partings",
    "own/carriers",
    "own/posts",
    "own/quips",
    "own/hints",
    "own/drifting",
    "own/notices",
    "own/lasttimes",
    "own/asides",
)
"""Files written about leaving: how often people leave in them says nothing of other texts."""

_STEP = 0.05


def unseen_logits(data: Prepared, runs: list[Path]) -> NDArray[np.float32]:
    """Logits [n, labels] of rows whose source a run had left out; NaN where no run did.

    Args:
        runs: `logits.npz` of runs with --leave-out, each with its `run.json` beside it.
    """
    found = np.full((len(data.split), len(COLUMNS)), np.nan, dtype=np.float32)
    for path in runs:
        left = json.loads((path.parent / "run.json").read_text())["leave_out"]
        stored = np.load(path)
        mine = data.of(left)[stored["rows"]]
        found[stored["rows"][mine]] = stored["logits"][mine]
    return found


def rows_for(head: str, data: Prepared, logits: NDArray[np.float32]) -> NDArray[np.int64]:
    """Rows a head is calibrated on."""
    wanted = data.targets[:, columns(head)].astype(np.float32)
    usable = ~np.isnan(logits[:, 0]) & ~np.isnan(wanted).all(axis=1) & (data.split < 2)
    return np.flatnonzero(usable & data.of(UNSEEN[head]))


def fit_head(
    head: str, logits: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor
) -> Calibration:
    """One temperature for a one-of head; a slope and an offset per label for an any-of head."""
    log_slope = torch.zeros(1, requires_grad=True)
    offset = torch.zeros(logits.shape[1], requires_grad=True)
    parameters = [log_slope] if head in EXCLUSIVE else [log_slope, offset]
    optimiser = torch.optim.LBFGS(parameters, max_iter=200, line_search_fn="strong_wolfe")
    known, plain = ~torch.isnan(wanted), torch.nan_to_num(wanted)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        scaled = logits * log_slope.exp() + offset
        if head in EXCLUSIVE:
            each = -(plain * torch.log_softmax(scaled, dim=1)).sum(dim=1)
        else:
            loss = torch.nn.functional.binary_cross_entropy_with_logits
            each = (loss(scaled, plain, reduction="none") * known).sum(dim=1)
        total: torch.Tensor = (each * weight).sum() / weight.sum() + 0.001 * offset.square().sum()
        total.backward()  # type: ignore[no-untyped-call,unused-ignore]
        return total

    optimiser.step(closure)
    return log_slope.exp().detach(), offset.detach()


def calibrate(data: Prepared, logits: NDArray[np.float32]) -> dict[str, Calibration]:
    """Every head's slope and offset; each source counts the same in a head."""
    fitted: dict[str, Calibration] = {}
    for head in HEADS:
        rows = rows_for(head, data, logits)
        _, place, counts = np.unique(data.origins[rows], return_inverse=True, return_counts=True)
        fitted[head] = fit_head(
            head,
            torch.from_numpy(logits[rows][:, columns(head)]),
            torch.from_numpy(data.targets[rows][:, columns(head)].astype(np.float32)),
            torch.from_numpy((1 / counts)[place].astype(np.float32)),
        )
    return fitted


def topic_thresholds(
    data: Prepared, logits: NDArray[np.float32], calibration: Calibration
) -> dict[str, float]:
    """Per topic, the probability with the best F1 on the same rows; 0.5 where positives are few."""
    rows = rows_for("topics", data, logits)
    slope, offset = calibration
    scaled = torch.from_numpy(logits[rows][:, columns("topics")]) * slope + offset
    probability = torch.sigmoid(scaled).numpy()
    wanted = data.targets[rows][:, columns("topics")] == 1
    chosen: dict[str, float] = {}
    grid = np.arange(0.25, 0.651, _STEP)
    for position, topic in enumerate(TOPICS):
        p, y = probability[:, position], wanted[:, position]
        f1 = [2 * (y & (p >= cut)).sum() / max(1, y.sum() + (p >= cut).sum()) for cut in grid]
        chosen[topic] = round(float(grid[int(np.argmax(f1))]), 2) if y.sum() >= 30 else 0.5
    return chosen


def base_rates(data: Prepared, logits: NDArray[np.float32]) -> dict[str, float]:
    """How often each signal occurs in our own messages, those about leaving apart: the answer where
    the model cannot tell."""
    rows = rows_for("signals", data, logits)
    rows = rows[~data.of(ABOUT_LEAVING)[rows]]
    wanted = np.nanmean(data.targets[rows][:, columns("signals")].astype(np.float32), axis=0)
    return {s: round(float(p), 3) for s, p in zip(HEADS["signals"], wanted, strict=True)}
