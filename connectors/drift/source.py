"""Drift's historical export: every file of a folder that has not been read yet.

Drift is being retired, so nothing is asked of it. A file is known by what it holds and by its
content's hash: one that was read is not read again, under whatever name. What cannot be read lands
as a row without a key and with the reason, for the gate to set aside.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.drift.records import Row, records
from connectors.email.words import html_text
from connectors.file_drop.folder import scan

log = logging.getLogger(__name__)

NAME = "drift"
AT_ONCE = 1000
_SUFFIXES = (".jsonl", ".json", ".jsonl.gz", ".json.gz")


def kind_of(file_name: str) -> str:
    """The resource that a file's name begins with; empty when there is none."""
    name = file_name.lower()
    if not name.endswith(_SUFFIXES):
        return ""
    return next((kind for kind in resources(NAME) if name.startswith(kind)), "")


def row_of(kind: str, record: Row) -> Row:
    """A record with our own columns: a contact's main attributes, a message's author and text."""
    if kind == "contacts" and isinstance(record.get("attributes"), dict):
        held = record["attributes"]
        names = ("email", "name", "phone", "externalId")
        return {**record, **{f"attribute_{name}": _text(held.get(name)) for name in names}}
    if kind == "messages":
        held = record.get("author")
        author = held if isinstance(held, dict) else {}
        wrote = {f"author_{name}": _text(author.get(name)) for name in ("id", "type")}
        body = record.get("body")
        text = html_text(body) if isinstance(body, str) else ""
        return {**record, **wrote, "body_text": text or None}
    return record


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def source(credentials: Credentials | None = None, *, folder: str = "") -> DltSource:
    """The dlt source; nothing is read until it is run.

    Args:
        credentials: not used; a folder needs none.
        folder: where the export's files lie.

    Raises:
        SourceError: the folder is not named, or does not exist.
    """
    place = Path(folder).expanduser() if folder else None
    if place is None or not place.is_dir():
        remedy = "name the folder of Drift's export in channels.yml (drift.settings.folder)"
        raise SourceError(NAME, folder or "settings", "no such folder", remedy)
    hints = {name: {"name": name} | r.dlt_hints() for name, r in resources(NAME).items()}

    def resource(kind: str) -> Any:
        @dlt.resource(**hints[kind])
        def rows() -> Iterator[list[Row]]:
            known: dict[str, str] = dlt.current.resource_state().setdefault("files", {})
            for file in scan(place, kind_of):
                if file.entity != kind or file.content_hash in known:
                    continue
                if file.problem:
                    log.warning("drift: %s cannot be opened (%s)", file.path.name, file.problem)
                    continue
                yield from _rows(kind, file.path)
                known[file.content_hash] = file.path.name

        return rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def drift() -> Any:
        return [resource(kind) for kind in hints]

    return drift()


def _rows(kind: str, path: Path) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for found in records(path):
        row = {} if found.problem else row_of(kind, found.record)
        origin = {"export_file": path.name, "export_line": found.line}
        piece.append({**row, **origin, "export_refusal": found.problem or None})
        if len(piece) == AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece
