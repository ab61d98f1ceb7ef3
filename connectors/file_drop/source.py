"""dlt source: every file of the drop folder that has not been loaded yet, as rows of its entity.

A file is known by its folder's name, its entity and its content's hash; what is known is not read
again. Event logs are read on from where they stopped (`events.py`). The state that says so lands in
one package with the rows: a kill loses and repeats nothing.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError
from connectors.file_drop.events import logged
from connectors.file_drop.folder import DropFile, is_mbox, scan
from connectors.file_drop.handing import arrival, to_table
from connectors.file_drop.logs import is_log
from connectors.file_drop.readers import Unreadable, read
from connectors.file_drop.schema import entities
from connectors.file_drop.shape import Origin, connect, shape
from warehouse.settings import settings

log = logging.getLogger(__name__)

NAME = "file_drop"


@dlt.source(name=NAME, max_table_nesting=0)
def source(credentials: Credentials | None = None, folder: str | None = None) -> Any:
    """Rows of new files, and a row in `files` for every file seen for the first time.

    Args:
        credentials: not used; a folder needs none.
        folder: the drop folder, where HEEDLINE_DROP_DIR names none. Without either there is
            nothing to read.

    Raises:
        SourceError: the folder does not exist.
    """
    chosen = settings().drop_dir or (Path(folder) if folder else None)
    if chosen and not chosen.expanduser().is_dir():
        raise SourceError(
            NAME,
            str(chosen),
            "no such folder",
            "create it, or correct HEEDLINE_DROP_DIR (or `folder` in channels.yml)",
        )
    return dropped(chosen)


@dlt.resource(name="dropped")
def dropped(folder: Path | None) -> Iterator[Any]:
    """All tables of the drop in one pass, so that `files` tells what became of each file."""
    if folder is None:
        log.info("file_drop: no folder set (HEEDLINE_DROP_DIR); nothing to read")
        return
    folder = folder.expanduser().resolve()
    state = dlt.current.resource_state()
    known = state.setdefault("folders", {}).setdefault(folder.name, {})
    for file in scan(folder, wanted=lambda name: not is_log(name)):
        seen_name = f"{file.path.name}:{file.content_hash}"
        content = f"{file.entity}:{file.content_hash}"
        if seen_name in known.setdefault("names", {}):
            continue
        outcome = Outcome(folder.name, file)
        if file.problem:
            outcome.refuse(f"cannot be opened ({file.problem}); give Heedline the right to read it")
        elif is_mbox(file.path.name):
            outcome.ignore("mails are read by the channel email (connectors/email/README.md)")
        elif not file.entity:
            outcome.ignore(f"no entity has this name; begin it with one of {', '.join(entities())}")
        elif first := known.setdefault("contents", {}).get(content):
            outcome.rows = first["rows"]
            outcome.ignore(f"same content as {first['file']}, which is loaded already")
        else:
            yield from _rows(folder.name, file, outcome, arrival(state, file.modified))
            known["contents"][content] = {"file": file.path.name, "rows": outcome.rows}
        if not file.problem:
            known["names"][seen_name] = outcome.status
        log.log(
            logging.INFO if outcome.status == "loaded" else logging.WARNING,
            "file_drop: %s: %s, %d rows%s",
            *(file.path.name, outcome.status, outcome.rows),
            f": {outcome.message}" if outcome.message else "",
        )
        yield to_table("files", outcome.table())
    yield from logged(folder, state)


@dataclass
class Outcome:
    """What became of one file: loaded, refused (all its rows are quarantined) or ignored."""

    folder: str
    file: DropFile
    status: str = "loaded"
    message: str = ""
    rows: int = field(default=0)

    def refuse(self, why: str) -> None:
        self.status, self.message = "refused", why

    def ignore(self, why: str) -> None:
        self.status, self.message = "ignored", why

    def table(self) -> pa.Table:
        row = {
            "drop_folder": self.folder,
            "drop_file": self.file.path.name,
            "content_hash": self.file.content_hash,
            "entity": self.file.entity,
            "status": self.status,
            "rows": self.rows,
            "message": self.message,
        }
        return pa.Table.from_pylist([row])


def _rows(folder: str, file: DropFile, outcome: Outcome, arrived: str) -> Iterator[Any]:
    """The file's rows; of a refused file each with the refusal, for the gate to set aside."""
    entity = entities()[file.entity]
    refusal = _check(file)
    if refusal:
        outcome.refuse(refusal)
    origin = Origin(folder, file.path, arrived)
    with connect() as connection:
        try:
            for piece in read(file.path, file.format, set(entity.columns)):
                if piece.num_rows:
                    outcome.rows += piece.num_rows
                    yield to_table(file.entity, shape(connection, piece, entity, origin, refusal))
        except Unreadable as error:
            log.debug("file_drop: %s: stopped at %s", file.path.name, error)
        if refusal and not outcome.rows:
            # Nothing could be read; one empty row still shows in the quarantine.
            nothing = pa.table({"drop_row": pa.array([0], pa.int64())})
            yield to_table(file.entity, shape(connection, nothing, entity, origin, refusal))


def _check(file: DropFile) -> str | None:
    """Read the file once to its end: why it is refused as a whole, if it is.

    Reading twice costs half a second a million rows, and no row of a file that breaks off halfway
    is taken for good before that is known.
    """
    entity = entities()[file.entity]
    checked_columns = file.format == "jsonl"
    try:
        for piece in read(file.path, file.format, set(entity.columns)):
            if not checked_columns:
                checked_columns = True
                missing = [c for c in entity.required if c not in piece.column_names]
                if missing:
                    return (
                        f"the file lacks the required column {', '.join(missing)}; add it "
                        f"(columns of {file.entity}: docs/file_drop.md) and drop the file again"
                    )
    except Unreadable as error:
        return f"the file {error}, then drop it again"
    return None


__all__ = ["DltSource", "source"]
