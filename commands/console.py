"""Where commands print, and how they fail."""

from enum import StrEnum

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class CommandFailed(RuntimeError):
    """Something the person at the keyboard can mend; the text is the whole message."""


class Format(StrEnum):
    """How to print a list."""

    table = "table"
    csv = "csv"
    json = "json"
