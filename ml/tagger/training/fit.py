"""Fine-tune the network on prepared examples: the part that an accelerator does.

    python -m ml.tagger.training.fit --prepared FILE --encoder DIR --out DIR [--seed N]
        [--leave-out NAME ...] [--epochs N] [--all]

Needs torch, transformers, numpy and scipy, nothing else. Every epoch ends in a checkpoint; a
run that was stopped goes on from the last one. The result is `logits.npz`: the answers of the
averaged weights for every row that it was not trained on (and with --all for every row), and
`weights.pt`.
"""

import argparse
import copy
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml.tagger.labels import EXCLUSIVE, columns
from ml.tagger.training import batches, losses
from ml.tagger.training.batches import Epochs, Prepared, Rows
from ml.tagger.training.network import Network

BATCH = 256
RATE, HEAD_RATE = 1.2e-4, 1e-3
WARM_UP = 0.06
INTENT_SHARE = 0.4
MASK_TOKEN, MASKED_SHARE = 103, 0.06
"""`[MASK]`, and the share of a training text's tokens hidden behind it."""

AVERAGED = 0.998
"""Decay of the running mean of the weights, which is what is kept."""

HEADS_SEED = 0
"""New layers begin alike in every run, whatever its seed: runs can be averaged (soup.py)."""


def padded(data: Prepared, rows: Rows, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask of some rows on the device, [n, longest]."""
    ids, mask = data.padded(rows)
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)


def hide_some(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Token ids with some of them hidden; the marks at both ends stay."""
    hidden = (torch.rand(ids.shape, device=ids.device) < MASKED_SHARE) & (mask == 1) & (ids > 103)
    return ids.masked_fill(hidden, MASK_TOKEN)


def label_balance(data: Prepared, keep: np.ndarray[Any, np.dtype[np.bool_]]) -> torch.Tensor:
    """Weight per label: of one-of heads, the inverse square root of how often it occurs."""
    balance = np.ones(data.targets.shape[1], dtype=np.float32)
    for head in EXCLUSIVE:
        place = columns(head)
        weighted = data.targets[keep][:, place].astype(np.float32) * data.weight[keep][:, None]
        share = np.nansum(weighted, axis=0)
        inverse = (share.sum() / np.maximum(share, 1)) ** 0.5
        balance[place] = inverse / (inverse * share).sum() * share.sum()
    return torch.from_numpy(balance)


def optimiser_of(network: Network) -> torch.optim.Optimizer:
    """AdamW; heads learn faster than the encoder, norms and biases do not decay."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        key = (name.startswith("encoder"), parameter.ndim > 1)
        groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": RATE if is_encoder else HEAD_RATE,
                "weight_decay": 0.01 if decays else 0.0,
            }
            for (is_encoder, decays), parameters in groups.items()
        ],
        fused=torch.cuda.is_available(),
    )


def batch_loss(network: Network, data: Prepared, rows: Rows, balance: torch.Tensor) -> torch.Tensor:
    """Loss of one batch over our heads and the sources' own labels."""
    device = str(balance.device)
    ids, mask = padded(data, rows, device)
    features = network.features(hide_some(ids, mask), mask).float()
    logits = network.answer(features)
    wanted = torch.from_numpy(data.targets[rows].astype(np.float32)).to(device)
    weight = torch.from_numpy(data.weight[rows]).to(device)
    total = losses.hard_loss(logits, wanted, weight, balance)
    names = data.names[rows]
    has_intents = data.intent_offsets[rows + 1] > data.intent_offsets[rows]
    for name, spec in data.meta["intents"].items():
        mine = np.flatnonzero((names == name) & has_intents)
        if len(mine):
            answer = network.intent(name, features[torch.from_numpy(mine).to(device)])
            wanted = torch.from_numpy(data.intent_targets(name, rows[mine])).to(device)
            each = losses.intent_loss(answer, wanted, one_of=spec["one_of"])
            total = total + INTENT_SHARE * each * len(mine) / len(rows)
    return total


@torch.no_grad()
def answers(network: Network, data: Prepared, rows: Rows, device: str) -> np.ndarray[Any, Any]:
    """Logits of our heads for some rows, [n, labels] half precision."""
    network.train(False)
    found = np.zeros((len(rows), data.targets.shape[1]), dtype=np.float16)
    order = np.argsort(data.length(rows), kind="stable")
    for start in range(0, len(rows), 512):
        place = order[start : start + 512]
        ids, mask = padded(data, rows[place], device)
        logits = network.answer(network.features(ids, mask).float())
        found[place] = logits.float().cpu().numpy()
    network.train(True)
    return found


def fit(
    data: Prepared,
    encoder: Path,
    out: Path,
    *,
    seed: int,
    epochs: int,
    leave_out: tuple[str, ...] = (),
    everything: bool = False,
) -> Network:
    """Train and write checkpoints, weights and answers to `out`."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(HEADS_SEED)
    left = data.of(leave_out)
    keep = (data.split == 0) & ~left
    sizes = {name: len(spec["labels"]) for name, spec in data.meta["intents"].items()}
    network = Network(encoder, sizes)
    network.to(device).train()
    mean = copy.deepcopy(network)
    optimiser = optimiser_of(network)
    drawn = Epochs(data, keep, seed)
    per_epoch = sum(1 for _ in Epochs(data, keep, seed).batches(BATCH))
    steps = epochs * per_epoch
    warm = max(1, int(WARM_UP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm)))
    )
    balance = label_balance(data, keep).to(device)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, begun = out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        mean.load_state_dict(state["mean"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        begun = state["epoch"]
        for _ in range(begun):
            deque(drawn.batches(BATCH), maxlen=0)  # the same draws as if it had not stopped
    for epoch in range(begun, epochs):
        torch.manual_seed(1000 * seed + epoch)
        started, losses_seen = time.perf_counter(), []
        for number, rows in enumerate(drawn.batches(BATCH)):
            with torch.autocast(device, dtype=torch.bfloat16):
                total = batch_loss(network, data, rows, balance)
            optimiser.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call,unused-ignore]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            decay = min(
                AVERAGED, (epoch * per_epoch + number + 1) / (epoch * per_epoch + number + 10)
            )
            with torch.no_grad():
                torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), 1 - decay)
            if number % 50 == 0:
                losses_seen.append(total.item())
        rate = per_epoch * BATCH / (time.perf_counter() - started)
        print(
            f"{out.name} epoch {epoch + 1}/{epochs}: loss {np.mean(losses_seen):.3f}, "
            f"{rate:.0f} texts/s",
            flush=True,
        )
        if epoch + 1 < epochs:
            save(
                {
                    "network": network.state_dict(),
                    "mean": mean.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "epoch": epoch + 1,
                },
                checkpoint,
            )
    rows = np.arange(len(left)) if everything else np.flatnonzero((data.split > 0) | left)
    np.savez_compressed(out / "logits.npz", rows=rows, logits=answers(mean, data, rows, device))
    save({k: v.half().cpu() for k, v in mean.state_dict().items()}, out / "weights.pt")
    checkpoint.unlink(missing_ok=True)
    return mean


def save(state: dict[str, Any], target: Path) -> None:
    """Write a file whole or not at all: a half-written one would pass for finished."""
    staged = target.with_suffix(".part")
    torch.save(state, staged)
    staged.replace(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, required=True, help="file written by prepare")
    parser.add_argument("--encoder", type=Path, required=True, help="folder with the base encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and result")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--leave-out", nargs="*", default=[], help="sources not to train on")
    parser.add_argument("--all", action="store_true", help="answer for the training rows as well")
    chosen = parser.parse_args()
    if (chosen.out / "weights.pt").exists():
        print(f"{chosen.out} is finished")
        return
    settings = {"seed": chosen.seed, "epochs": chosen.epochs, "leave_out": chosen.leave_out}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "run.json").write_text(json.dumps(settings) + "\n")
    fit(
        batches.load(chosen.prepared),
        chosen.encoder,
        chosen.out,
        seed=chosen.seed,
        epochs=chosen.epochs,
        leave_out=tuple(chosen.leave_out),
        everything=chosen.all,
    )


if __name__ == "__main__":
    main()
