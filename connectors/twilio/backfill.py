"""A window of Twilio's history, in whole UTC days: calls by their start, the rest by its making.

The list of transcriptions has no filter and comes newest first: all newer ones are passed over.
"""

from collections.abc import Iterator
from typing import Any

import dlt

from connectors.contract import Credentials, resources
from connectors.twilio.source import Account, Pages, caller_text
from connectors.windows import Window
from warehouse.clock import iso

LEFT_OUT: dict[str, str] = {}
_DAY = "%Y-%m-%d"


@dlt.source(name="twilio", max_table_nesting=0)
def source(credentials: Credentials, window: Window, **_: Any) -> Any:
    """What was made within the window (nothing is requested yet)."""
    pages, (begin, end) = Account(credentials).pages, (iso(window.begin), iso(window.end))

    def days(name: str, filter_name: str) -> Pages:
        # Both days are taken in; some hours too many load once more, as duplicates.
        bounds = {">": window.begin, "<": window.end}
        yield from pages(name, {f"{filter_name}{s}": at.strftime(_DAY) for s, at in bounds.items()})

    def transcriptions() -> Iterator[list[dict[str, Any]]]:
        for rows in pages("transcriptions", {}):
            made = [row["date_created_iso"] or end for row in rows]
            within = [row for row, at in zip(rows, made, strict=True) if begin <= at < end]
            yield [{**row, "caller_text": caller_text(row)} for row in within]
            if made and max(made) < begin:
                return

    reads = {
        "calls": lambda: days("calls", "StartTime"),
        "recordings": lambda: days("recordings", "DateCreated"),
        "transcriptions": transcriptions,
    }
    declared = resources("twilio")
    return [
        dlt.resource(read, name=name, **declared[name].dlt_hints()) for name, read in reads.items()
    ]
