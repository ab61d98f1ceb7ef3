"""What a version says, boiled down to what can be compared.

Two versions are the same when their content is: `as_of`, the rows and columns of every mart, and
the code that draws them. File bytes are not compared: the same rows can compress differently.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from publish import semantics
from publish.lists import LISTS, list_hash
from publish.marts import Column, Mart
from warehouse.clock import iso
from warehouse.settings import PROJECT_ROOT

DRAWN_BY = ("publish", "dashboards/report")


@dataclass(frozen=True)
class Content:
    """What a version says.

    Attributes:
        rows: row count of every mart that is a table.
        hashes: checksum of every mart with all of its columns (and of the lists).
        leaders: checksum of every mart without its personal columns.
        schema_hash: names, types, descriptions and personal flags of every column; views; metrics.
        code_hash: the code and templates that draw the files.
    """

    as_of: str
    rows: dict[str, int]
    hashes: dict[str, str]
    leaders: dict[str, str]
    schema_hash: str
    code_hash: str


def content_of(
    connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], as_of: datetime
) -> Content:
    """Read what the marts say now: one scan of each."""
    rows: dict[str, int] = {}
    hashes: dict[str, str] = {}
    leaders: dict[str, str] = {}
    for mart in marts:
        if mart.view is not None:
            continue
        counted = connection.execute(
            f"select count(*), {checksum(mart.columns)}, {checksum(mart.leaders_columns)} "
            f"from {mart.table}"
        ).fetchone()
        assert counted is not None
        rows[mart.name] = int(counted[0])
        hashes[mart.name], leaders[mart.name] = str(counted[1]), str(counted[2])
    hashes[LISTS] = list_hash(connection, as_of)
    whole = hashlib.sha256(
        json.dumps(
            [*(asdict(mart) for mart in marts), semantics.definitions()], sort_keys=True
        ).encode()
    )
    return Content(iso(as_of), rows, hashes, leaders, whole.hexdigest(), _code_hash())


def checksum(columns: Iterable[Column]) -> str:
    """SQL of a checksum of a relation's rows, whatever their order.

    Each column is read as the mart's type, so that a destination whose type is another one (a
    decimal for a HUGEINT) has the same checksum if and only if it has the same values. A sum does
    not mind the order of rows, and (unlike xor) sees repeated ones.
    """
    values = ", ".join(f"{column.name}::{column.kind}" for column in columns)
    return f"coalesce(sum(hash({values})::hugeint), 0)::varchar"


def schema_hash(columns: Iterable[Column]) -> str:
    """Names and types of a mart's columns, in their order."""
    named: list[Any] = [(column.name, column.kind) for column in columns]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _code_hash() -> str:
    digest = hashlib.sha256()
    for room in DRAWN_BY:
        for path in sorted((PROJECT_ROOT / room).rglob("*")):
            if path.suffix in {".py", ".j2", ".css", ".js"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
