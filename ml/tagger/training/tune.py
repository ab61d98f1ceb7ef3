"""Teach a trained network new texts of our own, and let it forget nothing: what two cores can do.

    python -m ml.tagger.training.tune --prepared FILE --encoder DIR --start WEIGHTS --out DIR
        [--seed N] [--leave-out NAME ...]

One slow epoch over some 60 thousand texts (eleven minutes on two cores, where `fit.py` takes
hours). Our own texts are learnt from people's labels. Public ones, which it knows, hold it where it
was: answers and embedding are to stay those of the network it started from. The result is as
`fit.py` writes it. Needs torch, transformers, numpy and scipy.
"""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ml.tagger.answers import probabilities
from ml.tagger.training import batches, losses
from ml.tagger.training.batches import Epochs, Prepared, Rows
from ml.tagger.training.fit import answers, hide_some, label_balance, optimiser_of, padded, save
from ml.tagger.training.network import WIDTH, Network

BATCH = 128
PACE = 0.6
"""Of the learning rates of `fit.py`."""

OWN_TEXTS, KNOWN_SHARE = 38_000, 0.18
"""Own texts in the epoch, and the share of every public source's usual number."""

HELD_EMBEDDING = 2.0
"""What the embedding's staying counts beside the answers'."""

AVERAGED = 0.98
"""Decay of the running mean of the weights, which is what is kept."""


def trained(start: Path, encoder: Path) -> Network:
    """A network of some weights; heads for the sources' own labels are left behind."""
    network = Network(encoder, {})
    state = torch.load(start, map_location="cpu", weights_only=True)
    network.load_state_dict({k: w for k, w in state.items() if not k.startswith("intents.")})
    network.train()
    return network


def moved(
    logits: torch.Tensor, features: torch.Tensor, start: Network, before: torch.Tensor
) -> torch.Tensor:
    """Loss of not answering as the start does, and of an embedding that is not its."""
    with torch.no_grad():
        taught = torch.from_numpy(probabilities(start.answer(before).float().numpy()))
    turned = 1 - functional.cosine_similarity(features[:, -WIDTH:], before[:, -WIDTH:])
    return losses.soft_loss(logits, taught) + HELD_EMBEDDING * turned.mean()


def batch_loss(
    network: Network, start: Network, data: Prepared, rows: Rows, balance: torch.Tensor
) -> torch.Tensor:
    """Loss of one batch: labels of our own texts, the start's answers to all others."""
    ids, mask = padded(data, rows, "cpu")
    features = network.features(hide_some(ids, mask), mask).float()
    logits = network.answer(features)
    wanted = torch.from_numpy(data.targets[rows].astype(np.float32))
    weight = torch.from_numpy(data.weight[rows])
    total = losses.hard_loss(logits, wanted, weight, balance)
    known = torch.from_numpy(np.flatnonzero(data.origins[rows] != "own"))
    if len(known):
        with torch.no_grad():
            before = start.features(ids[known], mask[known]).float()
        held = moved(logits[known], features[known], start, before)
        total = total + held * len(known) / len(rows)
    return total


def tune(
    data: Prepared,
    network: Network,
    out: Path,
    *,
    seed: int,
    leave_out: tuple[str, ...] = (),
) -> None:
    """Train `network` for one epoch; write averaged weights to `out`, and answers for rows of our
    own that it was not trained on."""
    torch.manual_seed(seed)
    left = data.of(leave_out)
    keep = (data.split == 0) & ~left
    usual = data.meta["epoch"]
    data.meta["epoch"] = {n: int(KNOWN_SHARE * c) for n, c in usual.items()} | {"own": OWN_TEXTS}
    start = copy.deepcopy(network)
    start.train(False)
    mean = copy.deepcopy(network)
    optimiser = optimiser_of(network)
    steps = list(Epochs(data, keep, seed).batches(BATCH))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [PACE * group["lr"] for group in optimiser.param_groups],
        total_steps=len(steps),
        pct_start=0.06,
    )
    balance, begun, seen = label_balance(data, keep), time.perf_counter(), []
    for number, rows in enumerate(steps, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            total = batch_loss(network, start, data, rows, balance)
        optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call,unused-ignore]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            share = 1 - min(AVERAGED, number / (number + 9))
            torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), share)
        seen.append(total.item())
        if number % 20 == 0 or number == len(steps):
            rate = BATCH * number / (time.perf_counter() - begun)
            print(
                f"{out.name}: batch {number}/{len(steps)}, loss {np.mean(seen[-20:]):.3f}, "
                f"{rate:.0f} texts/s",
                flush=True,
            )
    asked = np.flatnonzero(left | (data.split > 0) & data.of(("own",)))
    logits = answers(mean, data, asked, "cpu")
    np.savez_compressed(out / "logits.npz", rows=asked, logits=logits)
    save({k: v.half() for k, v in mean.state_dict().items()}, out / "weights.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, required=True, help="file written by prepare")
    parser.add_argument("--encoder", type=Path, required=True, help="folder with the base encoder")
    parser.add_argument("--start", type=Path, required=True, help="weights.pt to go on from")
    parser.add_argument("--out", type=Path, required=True, help="folder for the result")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leave-out", nargs="*", default=[], help="sources not to train on")
    chosen = parser.parse_args()
    settings = {"seed": chosen.seed, "start": str(chosen.start), "leave_out": chosen.leave_out}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "run.json").write_text(json.dumps(settings) + "\n")
    tune(
        batches.load(chosen.prepared),
        trained(chosen.start, chosen.encoder),
        chosen.out,
        seed=chosen.seed,
        leave_out=tuple(chosen.leave_out),
    )


if __name__ == "__main__":
    main()
