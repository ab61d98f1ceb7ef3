"""Models in plain SQL over tables of their own names: to run on any rows, thousands of them."""

from functools import cache

import duckdb

from sample import AS_OF
from warehouse import dbt


@cache
def plain_sql(names: tuple[str, ...]) -> dict[str, str]:
    """By name, in the order given, the query of each model at the sample's `as_of`.

    Raises:
        ValueError: no model has that name.
    """
    texts = []
    for name in names:
        (file,) = (dbt.PROJECT / "models").rglob(f"{name}.sql")
        texts.append(file.read_text())
    compiled = dbt.compiled("\n;\n".join(texts), as_of=AS_OF, sources=[])
    for schema in ("marts", "intermediate", "seeds"):
        compiled = compiled.replace(f'"heedline"."{schema}".', "")
    return dict(zip(names, compiled.split("\n;\n"), strict=True))


def create(connection: duckdb.DuckDBPyConnection, queries: dict[str, str]) -> None:
    """Make each query a table of its name, one after the other."""
    for name, query in queries.items():
        connection.execute(f"create or replace table {name} as {query}").fetchall()
