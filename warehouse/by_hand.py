"""Files that people keep by hand: CSV in whatever dialect their spreadsheet saves."""

import csv
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from warehouse.durable import sync


def read_rows(
    path: Path,
    columns: tuple[str, ...],
    needed: Iterable[str],
    error: type[ValueError],
    named: Callable[[str], str] = str.strip,
) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Header and (line number, row) of a file, comma, semicolon or tab separated; [] if absent.

    Args:
        columns: what the first line should be, for the message.
        needed: columns without which the file means nothing.
        error: what to raise.
        named: a column's title as the caller calls it.

    Raises:
        error: not CSV in UTF-8, or a needed column is missing; it names file, line and remedy.
    """
    if not path.exists():
        return list(columns), []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            separator = max(",;\t", key=first.count)
            file.seek(0)
            reader = csv.DictReader(file, delimiter=separator, strict=True, restval="")
            header = [named(name) for name in reader.fieldnames or []]
            missing = [name for name in needed if name not in header]
            if missing:
                raise error(
                    f"{path}, line 1: no column {missing[0]}; the first line must be: "
                    + ",".join(columns)
                )
            reader.fieldnames = header
            # Cells beyond the header's stand under None.
            return header, [
                (reader.line_num, {name: cell.strip() for name, cell in row.items() if name})
                for row in reader
            ]
    except UnicodeDecodeError:
        raise error(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from None
    except csv.Error as fault:
        raise error(f"{path}, line {reader.line_num}: {fault}; mend the quotes") from None


def replace_rows(path: Path, names: Iterable[str], rows: Iterable[dict[str, str]]) -> None:
    """Replace a file, whole or not at all; its owner alone may read it."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(names), restval="", lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.unfinished")
    staged.touch(mode=0o600)
    staged.write_text(text.getvalue(), encoding="utf-8-sig")  # the mark is for Excel
    sync(staged)
    os.replace(staged, path)
    sync(path.parent)
