"""The merge of one batch into its raw table: newest state of every key, every row counted.

Three counts are taken apart from each other (rows that came in, repeats within the batch, rows the
table has already) and must add up to the rows handed over. A merge that wrote a row twice, or
passed one over, does not commit.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import Resource
from warehouse.sql import identifier


class Unbalanced(RuntimeError):
    """The rows of a batch do not add up: it was rolled back."""


class Keyless(RuntimeError):
    """The gate let rows without a key pass; they would load again and again: rolled back."""


@dataclass(frozen=True)
class Batch:
    """One resource of one load, what it declares, and the raw table it goes to."""

    source: str
    resource: str
    load_id: str
    declared: Resource

    def __str__(self) -> str:
        return f"{self.source}.{self.resource} load {self.load_id}"

    @property
    def table(self) -> str:
        return f"raw_{self.source}.{identifier(self.resource)}"

    def columns(self, connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
        """Columns of the gated file by name, with their types."""
        rows = connection.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()
        return {row[0]: row[1] for row in rows}

    def widen(self, connection: duckdb.DuckDBPyConnection, file: Path) -> None:
        """Give the raw table the columns that the vendor has added since."""
        for name, kind in self.columns(connection, file).items():
            connection.execute(
                f"alter table {self.table} add column if not exists {identifier(name)} {kind}"
            )

    def is_content(self, column: str) -> bool:
        """Whether a difference in this column makes it another row."""
        return not column.startswith("_dlt_") and column not in self.declared.provenance


@dataclass(frozen=True)
class Merged:
    """What became of the rows the gate passed on.

    Attributes:
        accepted: rows that the raw table now holds from this load.
        repeats: rows whose key came again, in the same or a newer state, in the same batch.
        unchanged: rows that the table held already, in the same or a newer state.
    """

    accepted: int
    repeats: int
    unchanged: int


def count(connection: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> int:
    """The one number that a query gives."""
    found = connection.execute(query, values).fetchone()
    return int(found[0]) if found else 0


def merge(connection: duckdb.DuckDBPyConnection, batch: Batch, file: Path, now: datetime) -> Merged:
    """Merge a gated file, within the caller's transaction.

    Raises:
        Keyless: a row has no value in a column of its key.
        Unbalanced: accepted + repeats + unchanged is not the number of rows in the file.
    """
    passed = count(connection, "select count(*) from read_parquet(?)", [str(file)])
    if not passed:
        return Merged(0, 0, 0)
    columns = batch.columns(connection, file)
    _check_keys(connection, batch, file, columns)
    key = ", ".join(map(identifier, batch.declared.primary_key))
    same_key = " and ".join(
        f"held.{name} = new.{name}" for name in map(identifier, batch.declared.primary_key)
    )
    version = identifier(batch.declared.version) if batch.declared.version else "null"
    stale = f"held.{version} > new.{version}" if batch.declared.version else "false"

    _take_newest(connection, batch, file, columns, key=key, version=version)
    repeats = count(
        connection,
        f"""
        select cast(coalesce(sum(times - 1), 0) as bigint)
        from (select count(*) as times from read_parquet(?) group by {key})
        """,
        [str(file)],
    )
    unchanged = count(
        connection,
        f"""
        select count(*) from newest as new
        where exists (
            select 1 from {batch.table} as held
            where {same_key} and (held._row_hash = new._row_hash or {stale})
        )
        """,
        [],
    )
    connection.execute(
        f"""
        create or replace temp table changed as
        select new.*, ? as _load_id, cast(? as timestamptz) as _loaded_at
        from newest as new
        left join {batch.table} as held on {same_key}
        where held._load_id is null
            or (held._row_hash <> new._row_hash and not coalesce({stale}, false))
        """,
        [batch.load_id, now],
    )
    connection.execute(f"delete from {batch.table} as held using changed as new where {same_key}")
    connection.execute(f"insert into {batch.table} by name select * from changed")
    for table in ("changed", "newest"):
        connection.execute(f"drop table {table}")
    written = f"select count(*) from {batch.table} where _load_id = ?"
    accepted = count(connection, written, [batch.load_id])
    if accepted + repeats + unchanged != passed:
        raise Unbalanced(
            f"{batch}: {passed} rows passed the gate ≠ {accepted} written + {repeats} repeated + "
            f"{unchanged} held already; nothing was loaded; {batch.table} must have one row per "
            f"({key}) with a _row_hash: mend it and run again"
        )
    return Merged(accepted, repeats, unchanged)


def _check_keys(
    connection: duckdb.DuckDBPyConnection, batch: Batch, file: Path, columns: dict[str, str]
) -> None:
    absent = [c for c in batch.declared.primary_key if c not in columns]
    empty = " or ".join(
        "true" if c in absent else f"{identifier(c)} is null" for c in batch.declared.primary_key
    )
    keyless = count(connection, f"select count(*) from read_parquet(?) where {empty}", [str(file)])
    if keyless:
        raise Keyless(
            f"{batch}: {keyless} rows without a value in ({', '.join(batch.declared.primary_key)}) "
            "passed the gate; nothing was loaded; run again, so that the gate sets them aside"
        )


def _take_newest(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    file: Path,
    columns: dict[str, str],
    *,
    key: str,
    version: str,
) -> None:
    """Temp table `newest`: one row per key of the batch, with the hash of what it says."""
    # Absent values are skipped, so a column that appears later does not make old rows look changed.
    content = ", ".join(
        f"'{c}=' || cast({identifier(c)} as varchar)"
        for c in sorted(columns)
        if batch.is_content(c)
    )
    listed = ", ".join(map(identifier, columns))
    connection.execute(
        f"""
        create or replace temp table newest as
        with hashed as (
            select {listed}, md5(concat_ws(chr(31), {content})) as _row_hash, file_row_number as nth
            from read_parquet(?, file_row_number = true)
        )
        select * exclude (nth) from hashed
        qualify row_number() over (
            partition by {key} order by {version} desc nulls last, nth desc
        ) = 1
        """,
        [str(file)],
    )
