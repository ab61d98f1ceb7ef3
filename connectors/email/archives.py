"""Mail archives of a folder (mbox) → the same rows as IMAP gives, each file once by its content.

A mail is known by its Message-ID, so one that also lies in a mailbox, or in two archives, is one
row and one thread. `mbox_files` tells what became of each file.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt

from connectors.contract import resources
from connectors.email.letter import Row, row_of
from connectors.email.mailbox import BATCH_BYTES, BATCH_MAILS
from connectors.email.mbox import Broken, Letter, check, letters
from connectors.file_drop.folder import DropFile, is_mbox, scan

log = logging.getLogger(__name__)


def archived(folder: Path | None, ours: frozenset[str]) -> Iterator[Any]:
    """Rows of every archive that was not read yet, and one of `mbox_files` per file.

    Args:
        folder: where the files lie; nothing is read without one.
        ours: mail domains of the company.
    """
    known: dict[str, str] = dlt.current.resource_state().setdefault("files", {})
    for file in scan(folder, wanted=is_mbox) if folder else []:
        seen = f"{file.path.name}:{file.content_hash}"
        if seen in known:
            continue
        count, status, why = 0, "loaded", ""
        if file.problem:
            status, why = "refused", f"cannot be opened ({file.problem}); give the right to read it"
        elif first := known.get(file.content_hash):
            status, why = "ignored", f"same content as {first}, which is loaded already"
        else:
            try:
                check(file.path)
                for some in _batches(letters(file.path)):
                    count += len(some)
                    yield _to("messages", [_row(file, letter, ours) for letter in some])
            except Broken as error:
                status, why = "refused", f"the file {error}"
                yield _to("messages", [_row(file, Letter(0, b"", why), ours)])
            known[file.content_hash] = file.path.name
        if not file.problem:
            # What cannot be opened today may be tomorrow.
            known[seen] = status
        level = logging.INFO if status == "loaded" else logging.WARNING
        told = f": {why}" if why else ""
        log.log(level, "email: %s: %s, %d mails%s", file.path.name, status, count, told)
        outcome = {"file": file.path.name, "content_hash": file.content_hash, "status": status}
        yield _to("mbox_files", [{**outcome, "mails": count, "message": why or None}])


def _row(file: DropFile, letter: Letter, ours: frozenset[str]) -> Row:
    """A letter's row: its place is the file and its number there, as folder and UID are on IMAP."""
    row = row_of(letter.raw, ours) if letter.raw else {}
    place = {"mailbox": file.path.name, "uid": letter.number, "uidvalidity": 0}
    problem = f"{file.path.name} mail {letter.number}: {letter.problem}" if letter.problem else None
    return {**row, **place, "refusal": problem}


def _batches(all_: Iterator[Letter]) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    total = 0
    for letter in all_:
        if batch and (len(batch) >= BATCH_MAILS or total + len(letter.raw) > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(letter)
        total += len(letter.raw)
    if batch:
        yield batch


def _to(table: str, rows: list[Row]) -> Any:
    """Rows bound for one of the tables, with its declared columns."""
    hints = resources("email")[table].dlt_hints()
    made = dlt.mark.make_hints(
        table_name=table,
        columns=hints["columns"],
        primary_key=hints["primary_key"],
        write_disposition="append",
    )
    return dlt.mark.with_hints(rows, made, create_table_variant=True)
