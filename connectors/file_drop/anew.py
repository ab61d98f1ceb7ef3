"""Refused events read once more, for `heedline quarantine replay`: a newer version, or a mended
reader, may know what this one did not."""

from pathlib import Path

import pyarrow as pa

from connectors.file_drop.cloud_events import Row, events_of
from connectors.file_drop.events import TABLE, tables
from connectors.file_drop.shape import Origin


def read_anew(resource: str, rows: list[Row]) -> tuple[list[Row], dict[str, list[pa.Table]]]:
    """The rows as they would land now, and by table what lands with those that are not refused.

    Args:
        rows: refused rows of the resource, as they came.
    """
    if resource != TABLE:
        return rows, {}
    today: list[Row] = []
    more: dict[str, list[pa.Table]] = {}
    for row in rows:
        events = events_of(str(row.get("event_line") or "").encode())
        origin = Origin(row["drop_folder"], Path(row["drop_file"]), row["drop_version"])
        found = tables([(row["drop_row"], event) for event in events[:1]], origin)
        today += found.pop(TABLE).to_pylist()
        for table, told in found.items():
            more.setdefault(table, []).append(told)
    return today, more
