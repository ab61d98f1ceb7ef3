"""All runs of `fit.py` that a released tagger needs, in order, some at a time.

    python -m ml.tagger.training.runs --prepared FILE --encoder DIR --out DIR
        [--parallel N] [--only NAME …]

Teachers (several seeds, averaged) answer for every text; three networks learn from people and
teachers together, the first of which is released; and for the honest numbers one run leaves out
each source. Finished runs are skipped, so a stopped plan goes on. On two cores a run takes hours;
on an accelerator the whole takes minutes: it needs this package, torch, transformers and scipy.
"""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TEACHERS = (11, 12, 13, 14)
SEEDS = (1, 2, 3)
EPOCHS = 4

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "own_a": (
        "own/business",
        "own/telecom",
        "own/travel",
        "own/leaving",
        "own/grumbles",
        "own/tones",
    ),
    "own_b": ("own/hard", "own/retail", "own/services", "own/social"),
    "own_c": ("own/first", "own/operators", "own/flights", "own/topics"),
    "own_d": ("own/exits", "own/endings"),
    "own_e": ("own/threats", "own/renewals"),
    "semeval": ("semeval",),
    "goemotions": ("goemotions",),
    "sst5": ("sst5",),
    "senti4sd": ("senti4sd",),
    "banking77": ("banking77",),
    "clinc150": ("clinc150",),
    "multidogo": ("multidogo",),
    "bitext": ("bitext",),
    "nlupp_banking": ("nlupp_banking",),
}
"""Runs that leave sources out, by name; between them our own files are each left out once."""


@dataclass(frozen=True)
class Run:
    """One run of `fit.py`: its folder's name, its arguments, and the runs it learns from."""

    name: str
    arguments: tuple[str, ...]
    teachers: tuple[str, ...] = ()


def plan() -> list[list[Run]]:
    """Runs in stages; those of a stage do not need each other."""
    epochs = ("--epochs", str(EPOCHS))
    taught = [Run(f"teacher_{s}", ("--seed", str(s), "--all", *epochs)) for s in TEACHERS]
    names = tuple(run.name for run in taught)
    networks = [Run(f"network_{s}", ("--seed", str(s), "--all", *epochs), names) for s in SEEDS]
    without = [
        Run(f"without_{name}", ("--seed", "1", *epochs, "--leave-out", *sources))
        for name, sources in LEFT_OUT.items()
    ]
    return [taught, networks + without]


def run(one: Run, prepared: Path, encoder: Path, out: Path) -> int:
    """Run it as a process of its own; its output goes to `<out>/<name>.log`."""
    command = [sys.executable, "-m", "ml.tagger.training.fit", "--prepared", str(prepared)]
    command += ["--encoder", str(encoder), "--out", str(out / one.name), *one.arguments]
    if one.teachers:
        command += ["--teachers", *(str(out / t / "logits.npz") for t in one.teachers)]
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
