"""Where a text is written below a folder, also where compression hides it from a byte search."""

import zlib
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def files_with(folder: Path, text: str) -> list[Path]:
    """Files whose bytes, unpacked bytes (gzip) or rows (Parquet, DuckDB) hold the text."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _holds(path, text)]


def _holds(path: Path, text: str) -> bool:
    content = path.read_bytes()
    if text.encode() in content:
        return True
    if content.startswith(b"\x1f\x8b"):
        return text.encode() in _unpacked(content)
    if content.startswith(b"PAR1"):
        return text in str(pq.read_table(path).to_pylist())
    if content[8:12] == b"DUCK":
        return _in_tables(path, text)
    return False


def _unpacked(content: bytes) -> bytes:
    """What a gzip file holds, also of one that breaks off."""
    unpacked = b""
    while content.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)
        unpacked += member.decompress(content)
        content = member.unused_data
    return unpacked


def _in_tables(path: Path, text: str) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        return any(
            connection.execute(
                f'select 1 from "{schema}"."{table}" as t where contains(t::varchar, ?) limit 1',
                [text],
            ).fetchone()
            for schema, table in tables
        )
