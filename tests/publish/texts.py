"""Every text of a published version, by place: what a person could read in any of its files.

Texts are read as each kind of file means them: rows of tables with the names and comments of their
columns, JSON and HTML without escapes. A kind of file that is not known here is an error, so that
no new destination goes unread.
"""

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg

Places = Iterator[tuple[str, set[str]]]

_JSON = {".json", ".pbip", ".pbir", ".pbism"}
_MARKUP = {".html", ".tds"}
_PLAIN = {".csv", ".tmdl"}
# Numbers with a fraction, days and instants hold no telephone number.
_WORDLESS = ("DOUBLE", "FLOAT", "DECIMAL", "DATE", "TIME", "BOOLEAN", "INTERVAL")


def texts_below(folder: Path, *, leave_out: str | None = None) -> Places:
    """Of every file below a folder, but those in the subfolder `leave_out`."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] != leave_out:
            for place, said in _of_file(path):
                yield f"{inside}{place}", said


def _of_file(path: Path) -> Places:
    match path.suffix:
        case ".duckdb":
            yield from _of_duckdb(path)
        case ".parquet":
            with duckdb.connect() as reader:
                yield from _of_relation(reader, f"'{path}'", "")
        case ".hyper":
            yield from _of_hyper(path)
        case kind if kind in _JSON:
            yield "", set(_strings(json.loads(path.read_text(encoding="utf-8"))))
        case kind if kind in _MARKUP:
            yield "", set(html.unescape(path.read_text(encoding="utf-8")).splitlines())
        case kind if kind in _PLAIN:
            yield "", set(path.read_text(encoding="utf-8").splitlines())
        case kind:
            raise AssertionError(f"nobody looks for people in {kind} files: teach {__name__} to")


def _of_duckdb(path: Path) -> Places:
    with duckdb.connect(str(path), read_only=True) as reader:
        described = reader.execute(
            "select comment from duckdb_tables() union select comment from duckdb_columns() "
            "union select comment from duckdb_views() union select sql from duckdb_views()"
        ).fetchall()
        yield " (comments)", {row[0] for row in described if row[0]}
        for (table,) in reader.execute("select table_name from duckdb_tables()").fetchall():
            yield from _of_relation(reader, f'"{table}"', f" {table}")


def _of_relation(reader: duckdb.DuckDBPyConnection, relation: str, place: str) -> Places:
    for column, kind, *_ in reader.execute(f"describe from {relation}").fetchall():
        yield f"{place}.{column}", {column}
        if not kind.startswith(_WORDLESS):
            rows = reader.execute(f'select distinct "{column}"::varchar from {relation}').fetchall()
            yield f"{place}.{column}", {row[0] for row in rows if row[0]}


def _of_hyper(path: Path) -> Places:
    # There is none for Linux on ARM, nor such a file there.
    from tableauhyperapi import Connection, HyperProcess, Telemetry

    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as engine,
        Connection(engine.endpoint, path) as file,
    ):
        for table in file.catalog.get_table_names("Extract"):
            for column in file.catalog.get_table_definition(table).columns:
                place = f" {table.name.unescaped}.{column.name.unescaped}"
                yield place, {column.name.unescaped}
                if not str(column.type).startswith(_WORDLESS):
                    asked = f"select distinct cast({column.name} as text) from {table}"
                    yield place, {row[0] for row in file.execute_list_query(asked) if row[0]}


def texts_in_postgres(connection: psycopg.Connection, schema: str) -> Places:
    """Of every table of a schema, with its columns' names, all comments and the views' queries."""
    described = connection.execute(
        "select description from pg_description union "
        "select definition from pg_views where schemaname = %s",
        [schema],
    ).fetchall()
    yield f"{schema} (comments)", {row[0] for row in described}
    columns = connection.execute(
        "select table_name, column_name, upper(data_type) from information_schema.columns "
        "inner join information_schema.tables using (table_schema, table_name) "
        "where table_schema = %s and table_type = 'BASE TABLE'",
        [schema],
    ).fetchall()
    for table, column, kind in columns:
        place = f"{schema}.{table}.{column}"
        yield place, {column}
        if not kind.startswith((*_WORDLESS, "NUMERIC", "REAL")):
            asked = f'select distinct "{column}"::text from {schema}.{table}'
            yield place, {row[0] for row in connection.execute(asked).fetchall() if row[0]}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None:
        yield str(value)
