"""All runs of `fit.py` that a released tagger needs, in order, some at a time.

    python -m ml.tagger.training.runs --prepared FILE --encoder DIR --out DIR
        [--parallel N] [--only NAME …]

Four networks (seeds) learn from all sources, and the mean of their weights is released. For the
honest numbers others learn without a source each: two of each group of our own files, averaged as
well, and one of each public source. Finished runs are skipped, so a stopped plan goes on. On two
cores a run takes hours; on an accelerator the whole takes minutes: it needs this package, torch,
transformers and scipy.
"""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SEEDS = (1, 2, 3, 4)
SEEDS_WITHOUT = (1, 2)
EPOCHS = 4

OWN_LEFT_OUT: dict[str, tuple[str, ...]] = {
    "own_a": ("business", "telecom", "travel", "leaving", "grumbles", "tones"),
    "own_b": ("hard", "retail", "services", "social"),
    "own_c": ("first", "operators", "flights", "topics"),
    "own_d": ("exits", "endings", "brandtalk", "gates"),
    "own_e": ("threats", "renewals", "voices", "handles"),
    "own_f": ("partings", "carriers", "grievances", "desk"),
    "own_g": ("posts", "letters"),
    "own_h": ("quips", "scores"),
    "own_i": ("replies", "turns"),
    "own_j": ("hints", "notices"),
    "own_k": ("drifting", "lasttimes", "asides"),
}
"""Files of ours that are left out together: each of them once."""

PUBLIC_LEFT_OUT = (
    "semeval",
    "goemotions",
    "sst5",
    "senti4sd",
    "banking77",
    "clinc150",
    "multidogo",
    "bitext",
    "nlupp_banking",
)

RELEASED = "soup"
"""The network that is released: the mean of all seeds, not the best on any test."""


@dataclass(frozen=True)
class Run:
    """One run of `fit.py`, or of `soup.py`: its folder's name and its arguments.

    Attributes:
        mean_of: the runs it is the mean of; none: it is trained.
    """

    name: str
    arguments: tuple[str, ...] = ()
    mean_of: tuple[str, ...] = ()


def without(name: str, sources: tuple[str, ...], seeds: tuple[int, ...]) -> list[Run]:
    """Runs that leave sources out, one a seed."""
    arguments = ("--epochs", str(EPOCHS), "--leave-out", *sources)
    return [Run(f"without_{name}_{s}", ("--seed", str(s), *arguments)) for s in seeds]


def plan() -> list[list[Run]]:
    """Runs in stages; those of a stage do not need each other."""
    epochs = ("--epochs", str(EPOCHS))
    networks = [Run(f"network_{s}", ("--seed", str(s), "--all", *epochs)) for s in SEEDS]
    trained, means = networks, [Run(RELEASED, mean_of=tuple(run.name for run in networks))]
    for name, files in OWN_LEFT_OUT.items():
        runs = without(name, tuple(f"own/{file}" for file in files), SEEDS_WITHOUT)
        trained = [*trained, *runs]
        means.append(Run(f"without_{name}", mean_of=tuple(run.name for run in runs)))
    for name in PUBLIC_LEFT_OUT:
        trained = [*trained, *without(name, (name,), SEEDS_WITHOUT[:1])]
    return [trained, means]


def unseen(runs: Path) -> list[Path]:
    """Answers that networks gave which had not seen the source, as far as they are there."""
    names = [f"without_{name}" for name in OWN_LEFT_OUT]
    names += [f"without_{name}_{SEEDS_WITHOUT[0]}" for name in PUBLIC_LEFT_OUT]
    files = [runs / name / "logits.npz" for name in names]
    return [file for file in files if file.exists()]


def run(one: Run, prepared: Path, encoder: Path, out: Path) -> int:
    """Run it as a process of its own; its output goes to `<out>/<name>.log`."""
    module = "soup" if one.mean_of else "fit"
    command = [sys.executable, "-m", f"ml.tagger.training.{module}", "--prepared", str(prepared)]
    command += ["--encoder", str(encoder), "--out", str(out / one.name), *one.arguments]
    if one.mean_of:
        command += ["--runs", *(str(out / name) for name in one.mean_of)]
    with (out / f"{one.name}.log").open("w") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    lines = (out / f"{one.name}.log").read_text().splitlines()
    print(f"{one.name}: exit {code}; {lines[-1] if lines else ''}", flush=True)
    return code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prepared", type=Path, required=True, help="file written by prepare")
    parser.add_argument("--encoder", type=Path, required=True, help="folder with the base encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for all runs")
    parser.add_argument("--parallel", type=int, default=1, help="runs at a time on one accelerator")
    parser.add_argument("--only", nargs="*", default=[], help="names of runs; others are skipped")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for stage in plan():
        wanted = [one for one in stage if not chosen.only or one.name in chosen.only]
        with ThreadPoolExecutor(chosen.parallel) as pool:
            codes = list(
                pool.map(lambda one: run(one, chosen.prepared, chosen.encoder, chosen.out), wanted)
            )
        if any(codes):
            sys.exit(f"{sum(map(bool, codes))} of {len(codes)} runs failed; see {chosen.out}/*.log")


if __name__ == "__main__":
    main()
