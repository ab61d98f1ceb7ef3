"""Random draws that every part uses: named streams from one seed, and vendor-shaped ids."""

import random
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
HEX = "0123456789abcdef"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def stream(seed: int, name: str) -> random.Random:
    """An own generator per part: a change in one part leaves the draws of the others alone."""
    return random.Random(f"fernhill:{seed}:{name}")


@cache
def read_yaml(name: str) -> Any:
    """A data file of `texts/`, e.g. `names` or `topics/outage`."""
    text = (TEXTS / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


class Weighted:
    """A fixed discrete distribution, drawn in constant memory and log time."""

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self.values = list(weights)
        self.cumulative = list(accumulate(weights.values()))

    def draw(self, rng: random.Random) -> Any:
        return rng.choices(self.values, cum_weights=self.cumulative)[0]


def hex_id(rng: random.Random, length: int) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"


def text_id(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(ALPHANUMERIC, k=length))


def salesforce_id(rng: random.Random, prefix: str) -> str:
    """18 characters: 15 drawn ones and Salesforce's check suffix (which of them are capitals)."""
    short = prefix + "5g00000" + text_id(rng, 5)
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(short[start : start + 5]) if c.isupper())
        suffix += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
    return short + suffix


def delay(rng: random.Random, median_minutes: float, spread: float) -> float:
    """A log-normal delay in seconds; `spread` is the deviation of its logarithm."""
    return rng.lognormvariate(0, spread) * median_minutes * 60
