"""Look for a person in everything under HEEDLINE_HOME, decoded: the proof of an erasure.

DuckDB and SQLite files are read table by table and column by column, Parquet, gzip, workbooks,
dlt's packed state and plain text are unpacked, whatever else there is is read as bytes. Nothing is
skipped but the sample company (it stands for the vendors) and the request under way itself.
"""

import base64
import gzip
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from connectors.ledger import folder
from privacy.people import Person
from warehouse.settings import settings
from warehouse.sql import identifier, literal

_CHUNK = 8 << 20


@dataclass
class Searched:
    """How much was looked at, and every place where the person was found."""

    files: int = 0
    tables: int = 0
    rows: int = 0
    bytes: int = 0
    found: list[str] = field(default_factory=list)


class Search:
    """One person, looked for anywhere."""

    def __init__(self, person: Person) -> None:
        self.pattern = person.pattern()
        self._text = re.compile(self.pattern, re.IGNORECASE)
        self._bytes = re.compile(self.pattern.encode(), re.IGNORECASE)
        self.result = Searched()

    def in_text(self, text: str) -> bool:
        return self._text.search(text) is not None

    def everywhere(self, root: Path | None = None) -> Searched:
        """Search every file below a folder (HEEDLINE_HOME when not given)."""
        for path in files(root or settings().root):
            self.in_file(path)
        return self.result

    def in_file(self, path: Path) -> bool:
        """Search one file by what it is, not by what it is called; whether the person is there."""
        before = len(self.result.found)
        with path.open("rb") as file:
            head = file.read(16)
        self.result.files += 1
        self.result.bytes += path.stat().st_size
        if head[8:12] == b"DUCK":
            self._duckdb(path)
        elif head.startswith(b"SQLite format 3"):
            self._sqlite(path)
        elif head.startswith(b"PAR1"):
            self._parquet(path)
        elif head.startswith(b"\x1f\x8b"):
            self._note(path, "unpacked", self._unpacked(path))
        elif zipfile.is_zipfile(path):
            self._note(path, "unpacked", self._parts(path))
        else:
            self._note(path, "", self._plain(path))
        if self.in_text(path.name):
            self.result.found.append(f"{_shown(path.parent)}: the name of a file")
        return len(self.result.found) > before

    def _note(self, path: Path, where: str, count: int) -> None:
        if count:
            place = f" ({where})" if where else ""
            self.result.found.append(f"{_shown(path)}{place}: {count} times")

    def _plain(self, path: Path) -> int:
        """Text or unknown bytes, in pieces that overlap; dlt's packed state besides."""
        count, tail = 0, b""
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                count += len(self._bytes.findall(tail + piece))
                tail = piece[-1024:]
        return count + sum(self.in_text(text) for text in packed_states(path))

    def _unpacked(self, path: Path) -> int:
        with gzip.open(path, "rb") as file:
            return len(self._bytes.findall(file.read()))

    def _parts(self, path: Path) -> int:
        """A workbook, or any other archive."""
        with zipfile.ZipFile(path) as parts:
            return sum(len(self._bytes.findall(parts.read(name))) for name in parts.namelist())

    def _duckdb(self, path: Path) -> None:
        connection = duckdb.connect()
        try:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach {literal(str(path))} as held (read_only)")
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'held'"
            ).fetchall()
            for schema, table in tables:
                relation = f"held.{identifier(schema)}.{identifier(table)}"
                self._relation(connection, relation, f"{_shown(path)}: {schema}.{table}")
            # What views and comments say is text of the file, too.
            said = connection.execute(
                "select coalesce(sql, '') || coalesce(comment, '') from duckdb_views() "
                "where database_name = 'held'"
            ).fetchall()
            self._note(path, "views", sum(self.in_text(text) for (text,) in said))
        finally:
            connection.close()

    def _parquet(self, path: Path) -> None:
        connection = duckdb.connect()
        try:
            connection.execute("set TimeZone = 'UTC'")
            relation = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
            self._relation(connection, relation, _shown(path))
        finally:
            connection.close()

    def _relation(self, connection: duckdb.DuckDBPyConnection, relation: str, shown: str) -> None:
        """Every column of a table: a row as a whole first, then column by column."""
        described = connection.execute(f"describe select * from {relation}").fetchall()
        names = [row[0] for row in described]
        everything = ", ".join(f"cast({identifier(name)} as varchar)" for name in names)
        rows, hits = connection.execute(
            f"select count(*), count(*) filter (where regexp_matches("
            f"concat_ws(chr(10), {everything}), ?, 'i')) from {relation}",
            [self.pattern],
        ).fetchall()[0]
        self.result.tables += 1
        self.result.rows += rows
        for name in names if hits else ():
            (count,) = connection.execute(
                f"select count(*) from {relation} "
                f"where regexp_matches(cast({identifier(name)} as varchar), ?, 'i')",
                [self.pattern],
            ).fetchall()[0]
            if count:
                self.result.found.append(f"{shown}.{name}: {count} rows")

    def _sqlite(self, path: Path) -> None:
        for table, column, _, value in sqlite_values(path, self.result):
            if self.in_text(value):
                self.result.found.append(f"{_shown(path)}: {table}.{column}")


def files(root: Path) -> Iterator[Path]:
    """Every file below a folder, but the sample company's and the requests under way."""
    left_out = {settings().sample, folder() / "requests"}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and not left_out & set(path.parents):
            yield path


def sqlite_values(path: Path, count: Searched) -> Iterator[tuple[str, str, int, str]]:
    """(table, column, rowid, value as text) of everything in a SQLite file."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            count.tables += 1
            cursor = connection.execute(f"select * from {identifier(table)}")
            names = [d[0] for d in cursor.description]
            for nth, row in enumerate(cursor):
                count.rows += 1
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, bytes):
                        yield table, name, nth, value.decode("utf-8", "replace")
                    elif value is not None:
                        yield table, name, nth, str(value)
    finally:
        connection.close()


def packed_states(path: Path) -> list[str]:
    """What dlt's state files hold: JSON, compressed, in base64, within JSON lines."""
    if path.suffix != ".jsonl" or path.parent.name != "_dlt_pipeline_state":
        return []
    return [unpack(json.loads(line)["state"]) for line in path.read_text().splitlines() if line]


def unpack(state: str) -> str:
    return zlib.decompress(base64.b64decode(state)).decode()


def pack(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode("ascii")


def _shown(path: Path) -> str:
    root = settings().root
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
