"""Whose answers count in the warehouse."""

import duckdb

from warehouse.duck import has_table


def in_use(connection: duckdb.DuckDBPyConnection, name: str = "tagger") -> str:
    """The version of a model (`tagger`, `own_topics`) in use; empty before anything was tagged."""
    if not has_table(connection, "ml.models_in_use"):  # a warehouse nothing has been written to
        return ""
    rows = connection.execute(
        "select version from ml.models_in_use where model = ?", [name]
    ).fetchall()
    return str(rows[0][0]) if rows else ""
