"""Write the warehouse into a new file: the only way to get deleted bytes out of a DuckDB file.

DELETE, CHECKPOINT and VACUUM leave them in free blocks (measured; docs/decisions.md). The new file
is written aside, compared table by table, synced, and renamed over the old one.
"""

import logging
import os
from pathlib import Path

import duckdb

from warehouse.duck import warehouse
from warehouse.durable import sync
from warehouse.settings import settings
from warehouse.sql import identifier, literal

log = logging.getLogger(__name__)

_ASIDE = ".rewriting"


class RewriteFailed(RuntimeError):
    """The copy is not the original; the original stays."""


def rewrite() -> tuple[int, int]:
    """Rewrite the warehouse file; its size in bytes before and after.

    Raises:
        WarehouseBusy: another process has it open.
        RewriteFailed: a table of the copy has another number of rows.
    """
    path = settings().warehouse_file
    before = path.stat().st_size
    with warehouse() as connection:  # writes the log into the file, and makes sure we are alone
        connection.execute("checkpoint")
    aside = path.with_name(f"{path.name}{_ASIDE}")
    remove_leftovers(path)
    copy(path, aside)
    sync(aside)
    os.replace(aside, path)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    sync(path.parent)
    after = path.stat().st_size
    log.info("rewrote %s: %.1f MB before, %.1f MB after", path.name, before / 1e6, after / 1e6)
    return before, after


def remove_leftovers(path: Path) -> None:
    """Remove what a killed rewrite left."""
    for left in path.parent.glob(f"{path.name}{_ASIDE}*"):
        left.unlink()


def copy(source: Path, target: Path, *, compressed: bool = True) -> None:
    """Copy a DuckDB file, tables and views, live rows only; uncompressed for reading its bytes.

    Raises:
        RewriteFailed: a table of the copy has another number of rows.
    """
    connection = duckdb.connect(config={"threads": settings().threads})
    try:
        connection.execute(f"set memory_limit = '{settings().memory_limit}'")
        connection.execute("set TimeZone = 'UTC'")
        if not compressed:
            connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f"attach {literal(str(source))} as original (read_only)")
        # Views may name the database they stand in: it is called after the file.
        name = identifier(source.name.split(".")[0])
        connection.execute(f"attach {literal(str(target))} as {name}")
        connection.execute(f"copy from database original to {name}")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'original'"
        ).fetchall()
        for schema, table in tables:
            place = f"{identifier(schema)}.{identifier(table)}"
            held, made = (
                connection.execute(f"select count(*) from {database}.{place}").fetchone()
                for database in ("original", name)
            )
            if held != made:
                raise RewriteFailed(
                    f"{place}: {held} rows, {made} in the copy; nothing was changed"
                )
        connection.execute(f"detach {name}")
    finally:
        connection.close()
