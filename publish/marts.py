"""Which marts leave the warehouse, and which of their columns hold personal data.

dbt's manifest is the only authority: a mart or column it does not describe is not published,
because nobody has said whether it names a person.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import dbt

SCHEMA = "marts"


class CannotPublish(RuntimeError):
    """Nothing was published; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Column:
    """One column: `kind` is DuckDB's type name."""

    name: str
    kind: str
    description: str
    is_personal: bool


@dataclass(frozen=True)
class Mart:
    """One published table, or a view over the others (`view`: its query, which names them bare).

    A view says nothing that the tables do not: it is published as a view, and not as Parquet.

    Attributes:
        keys: sets of columns of which dbt tests that they name one row.
        partition_by: day or instant by whose year files of a mart that grows are cut.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    view: str | None = None
    keys: tuple[tuple[str, ...], ...] = ()
    partition_by: str | None = None

    @property
    def table(self) -> str:
        return f"{SCHEMA}.{self.name}"

    @property
    def leaders_columns(self) -> tuple[Column, ...]:
        """Everything but personal data."""
        return tuple(column for column in self.columns if not column.is_personal)

    @property
    def personal_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_personal)

    def select_leaders(self) -> str:
        """SQL of this mart without personal data."""
        return f"select {', '.join(c.name for c in self.leaders_columns)} from {self.table}"


def catalogue(connection: duckdb.DuckDBPyConnection) -> tuple[Mart, ...]:
    """Every described mart with its columns, by name.

    Raises:
        CannotPublish: no manifest, a mart that was not built, or a column nobody described.
    """
    nodes = _nodes()
    described = {
        node.get("alias") or node["name"]: node
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] == SCHEMA
    }
    keys = _keys(nodes)
    marts = tuple(
        _mart(connection, node, keys.get(str(node.get("unique_id")), ()))
        for _, node in sorted(described.items())
    )
    if not marts:
        raise CannotPublish(
            f"publish: dbt describes no model in schema {SCHEMA}; build the marts first"
        )
    return marts


def _nodes() -> dict[str, dict[str, Any]]:
    """What dbt knows, by id: models and tests."""
    path = dbt.manifest()
    if not path.exists():
        raise CannotPublish(
            f"publish: no dbt manifest at {path}, so nobody can say which columns are personal; "
            "build the marts with dbt, then publish"
        )
    try:
        nodes: dict[str, dict[str, Any]] = json.loads(path.read_text())["nodes"]
    except (ValueError, KeyError) as error:
        raise CannotPublish(
            f"publish: {path} is not a dbt manifest ({error}); build the marts with dbt again"
        ) from error
    return nodes


def _keys(nodes: dict[str, dict[str, Any]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The keys of every model, as dbt's tests of uniqueness name them."""
    keys: dict[str, set[tuple[str, ...]]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if node["resource_type"] != "test" or (node.get("config") or {}).get("where"):
            continue
        columns: list[str] = {
            "unique": [test.get("kwargs", {}).get("column_name")],
            "unique_together": test.get("kwargs", {}).get("columns"),
        }.get(str(test.get("name")), [])
        # An expression is no column, so no key.
        if columns and all(re.fullmatch(r"\w+", column) for column in columns):
            keys.setdefault(node["attached_node"], set()).add(tuple(columns))
    return {model: tuple(sorted(found)) for model, found in keys.items()}


def _mart(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], keys: tuple[tuple[str, ...], ...]
) -> Mart:
    name = node.get("alias") or node["name"]
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name = ? and table_name = ? "
        "order by column_index",
        [SCHEMA, name],
    ).fetchall()
    if not found:
        raise CannotPublish(
            f"publish: mart {name} is described but not in the warehouse; build the marts first"
        )
    described = {key.lower(): column for key, column in node["columns"].items()}
    unknown = [column for column, _ in found if column.lower() not in described]
    if unknown:
        raise CannotPublish(
            f"publish: {SCHEMA}.{name}.{unknown[0]} has no entry in the model's yml, so nobody can "
            "say whether it is personal data; describe it there and build the marts again"
        )
    columns = tuple(_column(column, kind, described[column.lower()]) for column, kind in found)
    description = _one_line(node.get("description"))
    cut_by = _partition_by(node, columns)
    return Mart(name, description, columns, _view(connection, name), keys, cut_by)


def _partition_by(node: dict[str, Any], columns: tuple[Column, ...]) -> str | None:
    """The column that the model's yml names (`config: meta: partition_by`)."""
    named = next((meta["partition_by"] for meta in _metas(node) if "partition_by" in meta), None)
    dated = [
        column.name
        for column in columns
        if column.kind.startswith(("DATE", "TIMESTAMP")) and not column.is_personal
    ]
    if named is None or named in dated:
        return named
    raise CannotPublish(
        f"publish: {SCHEMA}.{node['name']} is to be cut by {named}, which is no day or instant of "
        f"it; name one of {', '.join(dated)} in the model's yml and build the marts again"
    )


def _view(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """The query of a mart that is a view, without database and schema; None for a table."""
    found = connection.execute(
        "select database_name, sql from duckdb_views() where database_name = current_database() "
        "and schema_name = ? and view_name = ?",
        [SCHEMA, name],
    ).fetchone()
    if found is None:
        return None
    database, statement = found
    query = re.split(r"\bAS\b", statement, maxsplit=1)[1].strip().rstrip(";")
    return re.sub(rf'(?:"?{re.escape(database)}"?\.)?"?{SCHEMA}"?\.', "", query)


def _column(name: str, kind: str, described: dict[str, Any]) -> Column:
    personal = any(bool(meta.get("personal_data")) for meta in _metas(described))
    return Column(name, kind, _one_line(described.get("description")), personal)


def _metas(described: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Meta of a model or column: dbt 1.10+ keeps it under `config`, older projects at the top."""
    places = (described, described.get("config") or {})
    return tuple(place.get("meta") or {} for place in places)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
