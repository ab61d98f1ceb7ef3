"""What is loaded: the tables of a version's DuckDB files, with what they say of themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from publish.content import checksum
from publish.destinations import snapshot, success
from publish.destinations.postgres.columns import stored
from publish.marts import Column
from warehouse.sql import identifier, literal

LEADERS, SUCCESS = "kpi", "success"
SCHEMAS = (LEADERS, SUCCESS)
_FILES = {LEADERS: snapshot.FILE, SUCCESS: f"{success.FOLDER}/{success.LISTS_FILE}"}


@dataclass(frozen=True)
class Table:
    """A table or view to load. `query` is a view's, in DuckDB's words."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    query: str | None = None


class Source:
    """The version's files, open for reading."""

    def __init__(self, reader: duckdb.DuckDBPyConnection, keys: dict[str, list[list[str]]]) -> None:
        self.reader = reader
        self._keys = keys

    def tables(self) -> list[Table]:
        """Every table, then every view, by name."""
        found = self.reader.execute(
            "select database_name, table_name, comment, null from duckdb_tables() "
            f"where database_name in {SCHEMAS} union all "
            "select database_name, view_name, comment, sql from duckdb_views() "
            f"where database_name in {SCHEMAS} and not internal order by 4 nulls first, 1, 2"
        ).fetchall()
        return [self._table(*row) for row in found]

    def rows(self, table: Table) -> duckdb.DuckDBPyRelation:
        """The rows of a table as they are sent."""
        return self.reader.sql(self._sent(table))

    def counted(self, table: Table) -> tuple[int, str]:
        """Number and checksum of the rows that are sent."""
        return self.summed(table, f"({self._sent(table)})")

    def summed(self, table: Table, relation: str) -> tuple[int, str]:
        """Number and checksum of the rows of any relation with a table's columns."""
        counted = self.reader.execute(
            f"select count(*), {checksum(table.columns)} from {relation}"
        ).fetchall()
        return int(counted[0][0]), str(counted[0][1])

    def _sent(self, table: Table) -> str:
        columns = (stored(column) for column in table.columns)
        values = ", ".join(f"{one.expression} as {identifier(one.name)}" for one in columns)
        return f"select {values} from {table.schema}.main.{identifier(table.name)}"

    def _table(self, schema: str, name: str, comment: str | None, sql: str | None) -> Table:
        columns = self.reader.execute(
            "select column_name, data_type, coalesce(comment, '') from duckdb_columns() "
            "where database_name = ? and table_name = ? order by column_index",
            [schema, name],
        ).fetchall()
        kept = tuple(
            Column(column, kind, said, is_personal=False) for column, kind, said in columns
        )
        names = {column.name for column in kept}
        keys = tuple(tuple(key) for key in self._keys.get(name, ()) if names >= set(key))
        query = sql.split(" AS ", 1)[1].strip().rstrip(";") if sql else None
        return Table(schema, name, comment or "", kept, keys, query)


@contextmanager
def opened(version: Path, keys: dict[str, list[list[str]]]) -> Iterator[Source]:
    """Open a version's folder."""
    with duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        for schema, file in _FILES.items():
            reader.execute(f"attach {literal(str(version / file))} as {schema} (read_only)")
        yield Source(reader, keys)
