"""Lists for people who open them in a spreadsheet: data stays data."""

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from warehouse.clock import iso

_FORMULA = re.compile(r"[=+\-@\t\r\n|]")
_PHONE = re.compile(r"\+\d{6,15}")


def write_csv(path: Path, header: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a CSV that a spreadsheet opens as data: UTF-8 with a mark, no live formulas."""
    # The byte-order mark is what makes Excel read names with accents right.
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([safe_cell(value) for value in row] for row in rows)


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet will run: text that looks like a formula gets a leading quote.

    Customers choose their own names and words; `=HYPERLINK(...)` is a known attack on whoever opens
    the list. Numbers and international phone numbers pass as they are.
    """
    if isinstance(value, datetime):
        return iso(value)
    if not isinstance(value, str) or not _FORMULA.match(value) or _PHONE.fullmatch(value):
        return value
    return "'" + value
