"""Vendors on their bad days: a planned fault per write, before or after it was taken."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Response


@dataclass
class Faults:
    """What happens to the next writes, one entry each; nothing planned: they are taken.

    Entries: 'limited' (429 with Retry-After), 'broken' (500, not taken), 'taken_broken' (taken,
    then 500), 'silent' (taken, no answer for `hold` seconds), or an answer that refuses.

    Attributes:
        has_taken: set when a write was taken whose answer is held back.
    """

    planned: deque["str | Response"] = field(default_factory=deque)
    hold: float = 1.0
    retry_after: str = "1"
    has_taken: threading.Event = field(default_factory=threading.Event)

    def plan(self, *faults: "str | Response") -> None:
        self.planned.extend(faults)

    async def answer(self, take: Callable[[], Response]) -> Response:
        """The vendor's answer to one write; `take` does it."""
        fault = self.planned.popleft() if self.planned else None
        if isinstance(fault, Response):
            return fault
        if fault == "limited":
            return Response(status_code=429, headers={"Retry-After": self.retry_after})
        if fault == "broken":
            return Response(status_code=500)
        response = take()
        if fault == "taken_broken":
            return Response(status_code=500)
        if fault == "silent":
            self.has_taken.set()
            await asyncio.sleep(self.hold)
        return response
