"""Python functions that SQL may call, a column at a time, and single values read back."""

from collections.abc import Callable
from typing import Any

import duckdb


def register(
    connection: duckdb.DuckDBPyConnection, name: str, function: Callable[..., Any], arguments: int
) -> None:
    """Make a function over Arrow text arrays callable as `name` on this connection (again is
    harmless)."""
    if not scalar(
        connection, f"select count(*) from duckdb_functions() where function_name = '{name}'"
    ):
        # The stubs know only functions over single values; `type="arrow"` hands over whole columns.
        create: Any = connection.create_function
        create(
            name,
            function,
            ["VARCHAR"] * arguments,
            "VARCHAR",
            type="arrow",
            null_handling="special",
        )


def scalar(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The first column of the first row, null without rows; the result is read to its end."""
    rows = connection.execute(query).fetchall()
    return rows[0][0] if rows else None
