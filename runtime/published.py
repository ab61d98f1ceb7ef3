"""Reading what was published: the version that `published/current` names, as one whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.settings import Settings

Row = dict[str, Any]
SUPPORT = "support.duckdb"


def published_files(home: Settings, *names: str) -> list[Path]:
    """Files of the current version, all of the same one: the link may be flipped meanwhile.

    Raises:
        FileNotFoundError: nothing is published yet, or by a version of Heedline without the file.
    """
    version = (home.published / "current").resolve()
    for path in (paths := [version / name for name in names]):
        if not path.exists():
            raise FileNotFoundError(f"nothing published at {path} yet; run `heedline run` first")
    return paths


@contextmanager
def opened(home: Settings, name: str = SUPPORT) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published database file, read-only, its instants in UTC.

    Raises:
        FileNotFoundError: it is not there.
    """
    (path,) = published_files(home, name)
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, values: Any = ()) -> list[Row]:
    """Rows of a query by column name; `values` is a list, or a dictionary for `$name`."""
    cursor = connection.execute(query, values if isinstance(values, dict) else list(values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
