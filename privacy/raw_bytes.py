"""The last look: the warehouse without compression, byte by byte.

A search of tables cannot see blocks that no table owns. A rewritten file has none; here that is
checked, on a copy whose strings stand in it as they are. Strings lie there without anything between
them, so literals are searched for without a boundary; those that are part of somebody else's values
(found in the tables, only inside longer words) would always be hit and are named as left out.
"""

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from privacy.people import Person
from privacy.rewrite import copy
from warehouse.settings import settings
from warehouse.sql import identifier, literal


@dataclass
class ByteSearch:
    """Bytes looked at, literals looked for, literals that tell nothing here, hits."""

    bytes: int = 0
    literals: int = 0
    left_out: int = 0
    hits: int = 0


def search_bytes(person: Person) -> ByteSearch:
    """Copy the warehouse uncompressed, search the copy, remove it."""
    path = settings().warehouse_file
    aside = path.with_name(f"{path.name}.uncompressed")
    aside.unlink(missing_ok=True)
    try:
        copy(path, aside, compressed=False)
        return _search(aside, person)
    finally:
        aside.unlink(missing_ok=True)


def _search(path: Path, person: Person) -> ByteSearch:
    inside = _inside_others(path, person.literals)
    wanted = [text.encode() for text in person.literals if text not in inside]
    parts = [re.escape(text) for text in wanted] + [re.escape(n) for n in person.numbers()]
    found = ByteSearch(path.stat().st_size, len(parts), len(inside))
    if parts:
        pattern = re.compile(b"|".join(parts), re.IGNORECASE)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            found.hits = sum(1 for _ in pattern.finditer(view))
    return found


def _inside_others(path: Path, literals: list[str]) -> set[str]:
    """Literals that stand within longer values of any table."""
    if not literals:
        return set()
    connection = duckdb.connect(str(path), read_only=True)
    try:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        anywhere = "|".join(re.escape(text) for text in literals)
        inside: set[str] = set()
        for schema, table in tables:
            relation = f"{identifier(schema)}.{identifier(table)}"
            names = [r[0] for r in connection.execute(f"describe {relation}").fetchall()]
            row = f"concat_ws(chr(10), {', '.join(map(identifier, names))})"
            (hit,) = connection.execute(
                f"select count(*) from {relation} where regexp_matches({row}, ?, 'i')", [anywhere]
            ).fetchall()[0]
            for text in literals if hit else ():
                word = literal(text.lower())
                (count,) = connection.execute(
                    f"select count(*) from {relation} where contains(lower({row}), {word})"
                ).fetchall()[0]
                if count:
                    inside.add(text)
        return inside
    finally:
        connection.close()
