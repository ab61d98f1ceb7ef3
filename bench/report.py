"""How a benchmark is timed and printed."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """One way of doing the work."""

    name: str
    seconds: float
    units: int

    @property
    def rate(self) -> float:
        return self.units / self.seconds


def timed(name: str, work: Callable[[], int]) -> Timing:
    """Run `work`, which returns how many units it did."""
    started = time.perf_counter()
    units = work()
    return Timing(name, time.perf_counter() - started, units)


def show(title: str, unit: str, ours: Timing, *peers: Timing) -> None:
    """Print ours, each peer, and how many times faster ours is."""
    print(f"\n{title}")
    for timing in (ours, *peers):
        ratio = "" if timing is ours else f"   ours is {ours.rate / timing.rate:.2g}x"
        line = f"{timing.units:>10,} {unit} {timing.seconds:8.1f} s {timing.rate:>12,.0f}/s{ratio}"
        print(f"  {timing.name:<46}{line}")


def peak_memory_mib() -> float:
    """Most memory this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
