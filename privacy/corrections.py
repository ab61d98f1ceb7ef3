"""The file of people's tag corrections: texts that nobody's rows hold any more go."""

import csv
import io

import duckdb

from privacy.leftovers import replace_file
from warehouse.settings import settings


def forget(connection: duckdb.DuckDBPyConnection) -> int:
    """Take out rows whose text is not in `ml.redacted_texts`; the number of rows taken out.

    A file that cannot be read as a table with `text_hash` loses every row: rather a correction
    than a person who asked to be erased.
    """
    path = settings().corrections_file
    if not path.exists():
        return 0
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    first, *_ = text.split("\n", 1)
    separator = max(",;\t", key=first.count)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=separator, restval=""))
    held = {h for (h,) in connection.execute("select text_hash from ml.redacted_texts").fetchall()}
    kept = [row for row in rows if str(row.get("text_hash", "")).strip().lower() in held]
    if len(kept) == len(rows):
        return 0
    written = io.StringIO()
    names = list(csv.DictReader(io.StringIO(first), delimiter=separator).fieldnames or [])
    writer = csv.DictWriter(
        written, names, delimiter=separator, lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(kept)
    replace_file(path, written.getvalue().encode())
    return len(rows) - len(kept)
