"""Values as a spreadsheet may open them: nothing in a cell is run."""

import re
from datetime import datetime

from warehouse.clock import iso

_FORMULA = re.compile(r"[=+\-@\t\r\n|]")
_PHONE = re.compile(r"\+\d{6,15}")


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
