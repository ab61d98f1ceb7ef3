"""The file of people's tag corrections: texts that nobody's rows hold any more go."""

import duckdb

from warehouse.by_hand import read_rows, replace_rows
from warehouse.settings import settings


class UnreadableCorrections(ValueError):
    """The file cannot be searched, so nobody can be said to be gone from it."""


def forget(connection: duckdb.DuckDBPyConnection) -> int:
    """Take out rows whose text is not in `ml.redacted_texts`; the number of rows taken out.

    As with tags, nothing goes before any text has been redacted again.

    Raises:
        UnreadableCorrections: naming file, line and remedy.
    """
    path = settings().corrections_file
    held = {h for (h,) in connection.execute("select text_hash from ml.redacted_texts").fetchall()}
    header, numbered = read_rows(path, ("text_hash",), ("text_hash",), UnreadableCorrections)
    rows = [row for _, row in numbered]
    kept = [row for row in rows if row["text_hash"].lower() in held]
    if held and len(kept) < len(rows):
        replace_rows(path, header, kept)
        return len(rows) - len(kept)
    return 0
