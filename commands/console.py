"""Where commands print, and how they fail."""

import os
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from rich.console import Console

_WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 130
"""A pipe has no width; 80 columns would cut tables that any editor shows whole."""

out = Console(highlight=False, width=_WIDE)
err = Console(stderr=True, highlight=False)


class CommandFailed(RuntimeError):
    """Something the person at the keyboard can mend; the text is the whole message."""


class Done(Protocol):
    """What came of work that may have left something over; its text says what."""

    def require(self) -> None:
        """Raise when something was left over."""


def in_turn(
    works: Mapping[str, Callable[[], Done]], unfinished: type[Exception], what: str
) -> None:
    """Do one after the other and print what came of each.

    Args:
        unfinished: what `require` raises; the others still have their turn.
        what: was not done with everything, to begin the message with.

    Raises:
        CommandFailed: at the end, naming those that left something over.
    """
    left_over = []
    for name, work in works.items():
        done = work()
        out.print(str(done), markup=False, soft_wrap=True)
        try:
            done.require()
        except unfinished as error:
            err.print(str(error), markup=False, style="red", soft_wrap=True)
            left_over.append(name)
    if left_over:
        raise CommandFailed(f"{what}: {', '.join(left_over)}")


class Format(StrEnum):
    """How to print a list."""

    table = "table"
    csv = "csv"
    json = "json"
