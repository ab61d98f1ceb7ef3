"""Keeps requests apart, for vendors whose limit is so low that asking and being refused costs."""

import time
from collections.abc import Callable


class Pace:
    """At most so many requests a second, evenly spread."""

    def __init__(self, per_second: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._gap, self._next, self._sleep = 1 / per_second, 0.0, sleep

    def wait(self) -> None:
        """Return when the next request may go out."""
        now = time.monotonic()
        self._sleep(max(0.0, self._next - now))
        self._next = max(now, self._next) + self._gap
