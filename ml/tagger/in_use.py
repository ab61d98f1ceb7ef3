"""Whose answers count in the warehouse."""

import duckdb


def in_use(connection: duckdb.DuckDBPyConnection, name: str = "tagger") -> str:
    """The version of a model (`tagger`, `own_topics`) in use; empty before anything was tagged."""
    rows = connection.execute(
        "select version from ml.models_in_use where model = ?", [name]
    ).fetchall()
    return str(rows[0][0]) if rows else ""
