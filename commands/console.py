"""Where commands print, and how they fail."""

import os
import sys
from enum import StrEnum

from rich.console import Console

_WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 130
"""A pipe has no width; 80 columns would cut tables that any editor shows whole."""

out = Console(highlight=False, width=_WIDE)
err = Console(stderr=True, highlight=False)


class CommandFailed(RuntimeError):
    """Something the person at the keyboard can mend; the text is the whole message."""


class Format(StrEnum):
    """How to print a list."""

    table = "table"
    csv = "csv"
    json = "json"
