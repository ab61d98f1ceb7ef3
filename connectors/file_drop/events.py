"""Event logs of the drop folder: events to `events`, their data to the entities' tables."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.file_drop.cloud_events import Event, Row, events_of
from connectors.file_drop.handing import arrival, to_table
from connectors.file_drop.logs import Log, changed_logs, remember
from connectors.file_drop.schema import entities
from connectors.file_drop.shape import Origin, connect, shape

log = logging.getLogger(__name__)

_LINES_AT_ONCE = 10_000
_BYTES_AT_ONCE = 32 << 20
TABLE = "events"
# An event that is taken keeps its place and type only: what it says is in its entity's row.
COLUMNS = (
    *("event_source", "event_id", "event_type", "event_time", "event_subject", "entity"),
    *("drop_folder", "drop_file", "drop_version", "event_line", "drop_refusal"),
)
Numbered = tuple[int, Event]


def logged(folder: Path, state: dict[str, Any]) -> Iterator[Any]:
    """Rows of what was appended to the folder's event logs, and a row in `files` per log."""
    logs = state.setdefault("logs", {}).setdefault(folder.name, {})
    for each in changed_logs(folder, logs):
        before = each.offset
        arrived = arrival(state, each.path.stat().st_mtime)
        origin = Origin(folder.name, each.path, arrived)
        refused = 0
        for some in _batches(each):
            refused += sum(bool(event.refusal) for _, event in some)
            for table, rows in tables(some, origin).items():
                yield to_table(table, rows)
        remember(each, logs)
        if each.offset != before or each.waits:
            log.info("file_drop: %s: read to line %d", each.path.name, each.lines)
            yield to_table("files", _told(folder.name, each, refused))


def _told(folder: str, each: Log, refused: int) -> pa.Table:
    said = [f"{refused} events set aside in the last reading"] if refused else []
    said += ["the last line is not whole yet"] if each.waits else []
    row = {"drop_folder": folder, "drop_file": each.path.name, "content_hash": each.head}
    row |= {"entity": TABLE, "status": "loaded", "message": "; ".join(said)}
    return pa.Table.from_pylist([row]).append_column("rows", pa.array([each.lines], pa.int64()))


def _batches(each: Log) -> Iterator[list[Numbered]]:
    batch: list[Numbered] = []
    size = 0
    for number, line in each.unread():
        batch += [(number, event) for event in events_of(line)]
        size += len(line)
        if len(batch) >= _LINES_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def tables(some: list[Numbered], origin: Origin) -> dict[str, pa.Table]:
    """What these events come to, by table: themselves, and the rows of their data.

    Args:
        some: events, each with its line's number.
    """
    told = [_row(number, event, origin) for number, event in some]
    kinds = pa.schema([*((name, pa.string()) for name in COLUMNS), ("drop_row", pa.int64())])
    found = {TABLE: pa.Table.from_pylist(told, schema=kinds)}
    data: dict[str, list[tuple[int, str]]] = {}
    for number, event in some:
        for row in event.rows:
            data.setdefault(event.entity, []).append((number, json.dumps(row)))
    with connect() as connection:
        for entity, rows in data.items():
            numbers, texts = zip(*rows, strict=True)
            columns = {"json_line": pa.array(texts), "drop_row": pa.array(numbers, pa.int64())}
            piece = pa.table(columns)
            found[entity] = shape(connection, piece, entities()[entity], origin, None)
    return found


def _row(number: int, event: Event, origin: Origin) -> Row:
    place = {"drop_folder": origin.folder, "drop_file": origin.file.name, "drop_row": number}
    refused = {"event_line": event.line, "drop_refusal": event.refusal} if event.refusal else {}
    return {
        **event.columns,
        **place,
        **refused,
        "entity": event.entity or None,
        "drop_version": origin.arrived,
    }
