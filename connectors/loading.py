"""From the gate into `raw_<source>`: one batch, one DuckDB transaction.

dlt's own load into DuckDB is not atomic across tables and would not count what it merges, so the
last step is plain SQL: the raw tables, the quarantine and the account of both change together or
not at all. A kill at any moment leaves the batch either loaded and accounted for, or waiting.
"""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import Resource, resources
from connectors.landing import complete_loads, completion_mark
from warehouse.clock import wall_now
from warehouse.duck import warehouse
from warehouse.landed import landed_files
from warehouse.settings import settings

_SQL_TYPES = {
    "text": "varchar",
    "json": "varchar",
    "bigint": "bigint",
    "double": "double",
    "bool": "boolean",
}
_BOOKKEEPING = ("_load_id varchar", "_loaded_at timestamptz", "_row_hash varchar")


@dataclass(frozen=True)
class Account:
    """What became of one resource's rows in one load."""

    source: str
    resource: str
    load_id: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Unbalanced(RuntimeError):
    """received ≠ accepted + quarantined + duplicates: the batch was rolled back."""


def load_pending(source: str) -> list[Account]:
    """Load every gated batch of a source, oldest first; batches already loaded are only cleaned up.

    Also makes the source's raw tables when nothing has landed yet, so that models find them.
    """
    accounts: list[Account] = []
    with warehouse() as connection:
        _make_tables(connection, source)
        for load_id in complete_loads(source):
            if not _is_loaded(connection, source, load_id):
                accounts += _load_batch(connection, source, load_id)
            _discard(source, load_id)
    return accounts


def _make_tables(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    connection.execute(f"create schema if not exists raw_{source}")
    for name, resource in resources(source).items():
        columns = [f'"{c}" {_SQL_TYPES[kind]}' for c, kind in resource.columns.items()]
        listed = ", ".join([*columns, *_BOOKKEEPING])
        connection.execute(f'create table if not exists raw_{source}."{name}" ({listed})')
        quarantine = f'quarantine."{source}__{name}"'
        connection.execute(
            f"create table if not exists {quarantine} (load_id varchar, row_key varchar, "
            "reason varchar, row varchar, quarantined_at timestamptz)"
        )


def _is_loaded(connection: duckdb.DuckDBPyConnection, source: str, load_id: str) -> bool:
    query = "select count(*) from ops.loads where source = ? and load_id = ?"
    found = connection.execute(query, [source, load_id]).fetchone()
    return bool(found and found[0])


@dataclass(frozen=True)
class _Batch:
    """One resource of one load, and the raw table it goes to."""

    source: str
    resource: str
    load_id: str

    @property
    def table(self) -> str:
        return f'raw_{self.source}."{self.resource}"'

    def columns(self, connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
        """Columns of the landed file by name, with their types."""
        rows = connection.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()
        return {row[0]: row[1] for row in rows}

    def widen(self, connection: duckdb.DuckDBPyConnection, file: Path) -> None:
        """Give the raw table the columns that the vendor has added since."""
        for name, kind in self.columns(connection, file).items():
            connection.execute(
                f"alter table {self.table} add column if not exists {_quoted(name)} {kind}"
            )


def _load_batch(connection: duckdb.DuckDBPyConnection, source: str, load_id: str) -> list[Account]:
    gated = gated_folder(source, load_id)
    now = wall_now()
    accounts: list[Account] = []
    landed = landed_files(source, load_id)
    for name in landed:
        _Batch(source, name, load_id).widen(connection, gated / f"{name}.accepted.parquet")
    connection.begin()
    try:
        for name, files in landed.items():
            batch = _Batch(source, name, load_id)
            accepted_file = gated / f"{name}.accepted.parquet"
            quarantined_file = gated / f"{name}.quarantined.parquet"
            received = _count(connection, files)
            quarantined = _quarantine(connection, batch, quarantined_file, now)
            passed = _count(connection, [accepted_file])
            accepted = _merge(connection, batch, accepted_file, now)
            if received != passed + quarantined:
                raise Unbalanced(
                    f"{source}.{name} load {load_id}: received {received} ≠ passed {passed} + "
                    f"quarantined {quarantined}; nothing was loaded; delete "
                    f"landing/{source}/_gated/{load_id} and run again"
                )
            accounts.append(
                Account(source, name, load_id, received, accepted, quarantined, passed - accepted)
            )
        # A load that brought no rows still leaves a row, so that it is known to be done.
        rows = accounts or [Account(source, "-", load_id, 0, 0, 0, 0)]
        connection.executemany(
            "insert into ops.loads values (?, ?, ?, ?, ?, ?, ?, ?)",
            [[*asdict(account).values(), now] for account in rows],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return accounts


def gated_folder(source: str, load_id: str) -> Path:
    """Where the gate leaves its verdict on a load."""
    return settings().landing / source / "_gated" / load_id


def _count(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> int:
    found = connection.execute(
        "select count(*) from read_parquet(?)", [[str(f) for f in files]]
    ).fetchone()
    return int(found[0]) if found else 0


def _quarantine(
    connection: duckdb.DuckDBPyConnection, account: "_Batch", file: Path, now: datetime
) -> int:
    """Keep refused rows as they came, each with its reason; their number."""
    connection.execute(
        f"""
        insert into quarantine."{account.source}__{account.resource}"
        select
            ?,
            _row_key,
            _reason,
            cast(to_json(struct_pack(*columns(* exclude (_reason, _row_key)))) as varchar),
            ?
        from read_parquet(?)
        """,
        [account.load_id, now, str(file)],
    )
    return _count(connection, [file])


def _merge(
    connection: duckdb.DuckDBPyConnection, batch: "_Batch", file: Path, now: datetime
) -> int:
    """Merge the newest state of every key; the number of rows that were new or had changed."""
    declared = resources(batch.source)[batch.resource]
    columns = batch.columns(connection, file)
    # Absent values are skipped, so a column that appears later does not make old rows look changed.
    content = ", ".join(
        f"'{c}=' || cast({_quoted(c)} as varchar)"
        for c in sorted(columns)
        if _is_content(declared, c)
    )
    key = ", ".join(map(_quoted, declared.primary_key))
    same_key = " and ".join(f"held.{_quoted(c)} = new.{_quoted(c)}" for c in declared.primary_key)
    version = _quoted(declared.version) if declared.version else "null"
    stale = f"held.{version} > new.{version}" if declared.version else "false"
    listed = ", ".join(map(_quoted, columns))
    connection.execute(
        f"""
        create or replace temp table changed as
        with hashed as (
            select {listed}, md5(concat_ws(chr(31), {content})) as _row_hash, file_row_number as nth
            from read_parquet(?, file_row_number = true)
        ),
        newest as (
            select * exclude (nth) from hashed
            qualify row_number() over (
                partition by {key} order by {version} desc nulls last, nth desc
            ) = 1
        )
        select new.*, ? as _load_id, cast(? as timestamptz) as _loaded_at
        from newest as new
        left join {batch.table} as held on {same_key}
        where held._load_id is null
            or (held._row_hash <> new._row_hash and not coalesce({stale}, false))
        """,
        [str(file), batch.load_id, now],
    )
    connection.execute(f"delete from {batch.table} as held using changed as new where {same_key}")
    connection.execute(f"insert into {batch.table} by name select * from changed")
    found = connection.execute("select count(*) from changed").fetchone()
    connection.execute("drop table changed")
    return int(found[0]) if found else 0


def _is_content(declared: Resource, column: str) -> bool:
    return not column.startswith("_dlt_") and column not in declared.provenance


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _discard(source: str, load_id: str) -> None:
    """Delete a loaded batch (it holds personal data); its completion mark goes last."""
    for files in landed_files(source, load_id).values():
        for file in files:
            file.unlink(missing_ok=True)
    shutil.rmtree(gated_folder(source, load_id), ignore_errors=True)
    completion_mark(source, load_id).unlink(missing_ok=True)
