"""Where a text is written below a folder, also where compression hides it from a byte search."""

import zlib
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def files_with(folder: Path, *texts: str) -> list[Path]:
    """Files whose bytes, unpacked bytes (gzip) or rows (Parquet, DuckDB) hold any of the texts."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _holds(path, texts)]


def _holds(path: Path, texts: tuple[str, ...]) -> bool:
    content = path.read_bytes()
    if any(text.encode() in content for text in texts):
        return True
    if content.startswith(b"\x1f\x8b"):
        unpacked = _unpacked(content)
        return any(text.encode() in unpacked for text in texts)
    if content.startswith(b"PAR1"):
        rows = str(pq.read_table(path).to_pylist())
        return any(text in rows for text in texts)
    if content[8:12] == b"DUCK":
        return _in_tables(path, texts)
    return False


def _unpacked(content: bytes) -> bytes:
    """What a gzip file holds, also of one that breaks off."""
    unpacked = b""
    while content.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)
        unpacked += member.decompress(content)
        content = member.unused_data
    return unpacked


def _in_tables(path: Path, texts: tuple[str, ...]) -> bool:
    any_of = " or ".join(["contains(said, ?)"] * len(texts))
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        return any(
            connection.execute(
                f'select 1 from (select t::varchar as said from "{schema}"."{table}" as t) '
                f"where {any_of} limit 1",
                texts,
            ).fetchone()
            for schema, table in tables
        )
