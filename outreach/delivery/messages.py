"""What goes to a target in one piece, and the ways in which that can fail."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any


def stable_key(*parts: str) -> str:
    """A key of 32 hex characters that the same parts give for ever."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Entry:
    """One customer on a list; `row` holds what the target's fields name, None if off the list."""

    key: str
    customer_id: str
    attempts: int
    row: dict[str, Any] | None


@dataclass(frozen=True)
class Message:
    """One entry, or for a digest many.

    Attributes:
        key: what the target sees; the same for every try.
        repeat: it was under way before, and nobody knows what became of it.
    """

    key: str
    as_of: datetime
    entries: tuple[Entry, ...]
    repeat: bool = False

    @property
    def marker(self) -> str:
        """The key as one word in texts that the target keeps, where it has no field for keys."""
        return f"heedline{self.key[:20]}"

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [entry.row for entry in self.entries if entry.row is not None]

    @property
    def row(self) -> dict[str, Any]:
        """Of a message with one entry."""
        [row] = self.rows
        return row

    @property
    def digest(self) -> str:
        """Of everything the message may say: tells whether two tries said the same."""
        text = json.dumps(self.rows, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class Undelivered(Exception):
    """A message did not get through. The text is for people: no secrets, no personal data."""


class Later(Undelivered):
    """Surely not taken; another try may work. `wait`: seconds the target asks for."""

    def __init__(self, problem: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.wait = wait


class Unsure(Undelivered):
    """Perhaps taken: the answer got lost. It is looked up before it is sent again."""


class Refused(Undelivered):
    """Surely not taken, and no other try will change that: a person has to look."""


class Closed(Undelivered):
    """Surely not taken, nor would any other message be: nothing more is sent in this run."""
