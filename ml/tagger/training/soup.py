"""Average the weights of several runs ("model soup", Wortsman et al. 2022): one network, as fast.

    python -m ml.tagger.training.soup --prepared FILE --encoder DIR --out DIR --runs DIR [DIR ...]

Runs of `fit.py` begin from the same weights and differ in the order of texts only, so they end near
enough to one another that the mean of their weights is a network, too, and one that errs less on
texts of a kind it has not met. So do runs of `tune.py` from one start. The result is as `fit.py`
writes it, for the rows that the first one answered.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ml.tagger.training import batches
from ml.tagger.training.fit import answers, save
from ml.tagger.training.network import Network


def left_out(runs: list[Path]) -> list[str]:
    """The sources that every one of the runs left out: what one has learnt, the mean has."""
    said = [set(json.loads((run / "run.json").read_text())["leave_out"]) for run in runs]
    return sorted(set.intersection(*said))


def mean_weights(runs: list[Path]) -> dict[str, torch.Tensor]:
    """Mean of the runs' weights, in single precision."""
    states = [torch.load(run / "weights.pt", map_location="cpu", weights_only=True) for run in runs]
    return {name: sum(s[name].float() for s in states) / len(states) for name in states[0]}


def soup(prepared: Path, encoder: Path, runs: list[Path], out: Path) -> None:
    """Write the averaged network's weights and answers to `out`."""
    data = batches.load(prepared)
    left = left_out(runs)
    mean = mean_weights(runs)
    # What `tune.py` writes has no heads for the sources' own labels.
    sizes = {n: len(spec["labels"]) for n, spec in data.meta["intents"].items()}
    network = Network(encoder, {n: c for n, c in sizes.items() if f"intents.{n}.weight" in mean})
    network.load_state_dict(mean)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device)
    rows = np.load(runs[0] / "logits.npz")["rows"]
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.json").write_text(json.dumps({"runs": [r.name for r in runs], "leave_out": left}))
    np.savez_compressed(out / "logits.npz", rows=rows, logits=answers(network, data, rows, device))
    save({k: w.half().cpu() for k, w in network.state_dict().items()}, out / "weights.pt")
    print(f"{out.name}: mean of {len(runs)} runs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, required=True, help="file written by prepare")
    parser.add_argument("--encoder", type=Path, required=True, help="folder with the base encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the result")
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of fit.py")
    chosen = parser.parse_args()
    if (chosen.out / "weights.pt").exists():
        print(f"{chosen.out} is finished")
        return
    soup(chosen.prepared, chosen.encoder, chosen.runs, chosen.out)


if __name__ == "__main__":
    main()
