"""Delighted → responses of the exports in its drop folder, each file once, and what became of each.

The product is shut down: there is no API to ask any more, only the CSV files that were saved.
"""

import logging
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.delighted.exports import Export, rows
from connectors.file_drop.folder import DropFile, scan
from connectors.seen import digest
from connectors.survey_scales import Row, read_scales

NAME = "delighted"
_AT_ONCE = 5_000
log = logging.getLogger(__name__)


def source(
    credentials: Credentials | None = None,
    *,
    folder: str = "",
    surveys: dict[str, Any] | None = None,
) -> DltSource:
    """Rows of the exports that were not read yet, and a row in `files` for every file seen.

    Args:
        credentials: not used; a folder needs none.
        folder: the drop folder of the exports.
        surveys: a name → what its files are and measure (`connectors/delighted/exports.py`).

    Raises:
        SourceError: there is no such folder, or a declaration cannot be followed.
    """
    declared, path = read_scales(NAME, "surveys", Export, surveys), Path(folder).expanduser()
    if not folder or not path.is_dir():
        remedy = "create it, or correct `folder` in channels.yml"
        raise SourceError(NAME, folder or "channels.yml", "no such folder", remedy)

    @dlt.resource(name="exports")
    def exports() -> Iterator[Any]:
        known: dict[str, str] = dlt.current.resource_state().setdefault("known", {})
        for file in scan(path):
            yield from _file(file, declared, known)

    @dlt.source(name=NAME, max_table_nesting=0)
    def delighted() -> Any:
        return exports

    return delighted()


def _file(file: DropFile, declared: dict[str, Export], known: dict[str, str]) -> Iterator[Any]:
    """One file's rows, then its row in `files`; nothing when it is known as it is declared now."""
    name = file.path.name.lower()
    fitting = [s for s, export in declared.items() if fnmatch(name, export.files.lower())]
    # A file is read again when what its owner says of it has changed.
    content = f"{file.content_hash}:{digest({s: declared[s].model_dump() for s in fitting})}"
    seen = f"{file.path.name}:{content}"
    if seen in known:
        return
    count, refused, status, why = 0, 0, "ignored", ""
    if file.problem:
        status, why = "refused", f"cannot be opened ({file.problem})"
    elif file.format != "csv" or len(fitting) != 1:
        why = f"is no CSV file of one declared survey ({len(fitting)} patterns fit its name)"
    elif content in known:
        why = f"same content as {known[content]}, which is read already"
    else:
        export = declared[fitting[0]]
        for some in batched(rows(file, export), _AT_ONCE):
            count += len(some)
            problems = [row["declared_problem"] for row in some if row["declared_problem"]]
            refused += len(problems)
            why = problems[-1] if problems else why
            yield _to("responses", [{**row, "survey": fitting[0]} for row in some])
        status = "refused" if count and refused == count else "read"
        known[content] = file.path.name
    if not file.problem:
        # What cannot be opened today may be tomorrow; what is wrong stays wrong.
        known[seen] = status
    level = logging.INFO if status == "read" and not refused else logging.WARNING
    log.log(level, "delighted: %s: %s, %d rows%s", name, status, count, f": {why}" if why else "")
    told = {"drop_file": file.path.name, "content_hash": file.content_hash, "status": status}
    yield _to("files", [{**told, "rows": count, "message": why}])


def batched(all_: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """Lists of at most so many rows."""
    while some := list(islice(all_, size)):
        yield some


def _to(table: str, some: list[Row]) -> Any:
    """Rows bound for one of the tables, with its declared columns."""
    hints = resources(NAME)[table].dlt_hints()
    made = dlt.mark.make_hints(
        table_name=table,
        columns=hints["columns"],
        primary_key=hints["primary_key"],
        write_disposition="append",
    )
    return dlt.mark.with_hints(some, made, create_table_variant=True)
