"""What a version says, boiled down to what can be compared.

Two versions are the same when their content is: `as_of`, the rows and columns of every mart, and
the code that draws them. File bytes are not compared: the same rows can compress differently.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from publish import semantics
from publish.marts import Mart
from publish.success import LISTS, list_hash
from warehouse.clock import iso
from warehouse.settings import PROJECT_ROOT

DRAWN_BY = ("publish", "dashboards/report")


@dataclass(frozen=True)
class Content:
    """What a version says.

    Attributes:
        rows: row count of every mart that is a table.
        hashes: order-independent hash of their rows (and of the lists).
        schema_hash: names, types, descriptions and personal flags of every column; views; metrics.
        code_hash: the code and templates that draw the files.
    """

    as_of: str
    rows: dict[str, int]
    hashes: dict[str, str]
    schema_hash: str
    code_hash: str


def content_of(
    connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], as_of: datetime
) -> Content:
    """Read what the marts say now: one scan of each."""
    rows: dict[str, int] = {}
    hashes: dict[str, str] = {}
    for mart in marts:
        if mart.view is not None:
            continue
        columns = ", ".join(column.name for column in mart.columns)
        counted = connection.execute(
            # A sum does not mind the order of rows, and (unlike xor) sees repeated ones.
            f"select count(*), coalesce(sum(hash({columns})::hugeint), 0)::varchar "
            f"from {mart.table}"
        ).fetchone()
        assert counted is not None
        rows[mart.name], hashes[mart.name] = int(counted[0]), str(counted[1])
    hashes[LISTS] = list_hash(connection, as_of)
    return Content(iso(as_of), rows, hashes, _schema_hash(marts), _code_hash())


def _schema_hash(marts: tuple[Mart, ...]) -> str:
    schema: list[Any] = [*(asdict(mart) for mart in marts), semantics.definitions()]
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


def _code_hash() -> str:
    digest = hashlib.sha256()
    for room in DRAWN_BY:
        for path in sorted((PROJECT_ROOT / room).rglob("*")):
            if path.suffix in {".py", ".j2", ".css", ".js"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
