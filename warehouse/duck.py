"""The one way to open the warehouse: one writer at a time, UTC, bounded memory.

DuckDB lets one process write or many read. Airflow's pool `warehouse` (one slot) keeps tasks in
line; a short wait here covers a person's shell or a process that is just closing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from tenacity import retry, retry_if_exception, stop_after_delay, wait_exponential

from warehouse.settings import settings

_TABLES = Path(__file__).with_name("tables.sql")


class WarehouseBusy(RuntimeError):
    """Another process holds the warehouse file."""


def _is_lock(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error).lower()


def _open(path: Path, *, read_only: bool, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    limits = settings()
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": limits.threads,
        "memory_limit": limits.memory_limit,
    }

    @retry(
        retry=retry_if_exception(_is_lock),
        stop=stop_after_delay(wait_seconds),
        wait=wait_exponential(multiplier=0.1, max=2),
        reraise=True,
    )
    def attempt() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
        # Not in `config`: at connection time ICU is not there yet and DuckDB 2.0 refuses the zone.
        connection.execute("set TimeZone = 'UTC'")
        return connection

    try:
        return attempt()
    except duckdb.IOException as error:
        if _is_lock(error):
            raise WarehouseBusy(
                f"{path} is held by another process ({str(error).splitlines()[0]}); "
                "wait for the running task, or close the shell that has it open"
            ) from error
        raise


@contextmanager
def warehouse(
    *, read_only: bool = False, path: Path | None = None, wait_seconds: float = 60
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, making the file and its shared tables when writing.

    Args:
        read_only: open beside other readers; the file must exist.
        path: another file than the settings' (tests, copies).
        wait_seconds: how long to wait for another process to let go.

    Raises:
        WarehouseBusy: still held after `wait_seconds`.
        FileNotFoundError: read-only and nothing has been loaded yet.
    """
    path = path or settings().warehouse_file
    if read_only and not path.exists():
        raise FileNotFoundError(f"no warehouse at {path} yet; run `heedline run` first")
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path, read_only=read_only, wait_seconds=wait_seconds)
    try:
        if not read_only:
            connection.execute(_TABLES.read_text())
        yield connection
    finally:
        connection.close()


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether there is a table or view, by its schema and name (`intermediate.int_contacts`)."""
    # information_schema takes three times as long: it describes what it lists.
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ? union all "
            "select 1 from duckdb_views() where schema_name = ? and view_name = ?",
            [*table.split("."), *table.split(".")],
        ).fetchall()
    )


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """A table's or view's columns in their order, each with its type."""
    return {r[0]: r[1] for r in connection.execute(f"describe {table}").fetchall()}


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is written within, or nothing."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
