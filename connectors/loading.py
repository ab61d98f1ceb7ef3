"""From the gate into `raw_<source>`: one batch, one DuckDB transaction.

dlt's own load into DuckDB is not atomic across tables and would not count what it merges, so the
last step is plain SQL: the raw tables, the quarantine and the account of both change together or
not at all. A kill at any moment leaves the batch either loaded and accounted for, or waiting.
"""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from connectors import turns
from connectors.contract import resources
from connectors.erased import Sifted, sift
from connectors.landing import complete_loads, completion_mark
from connectors.merging import Batch, Unbalanced, count, merge
from warehouse.clock import wall_now
from warehouse.duck import transaction, warehouse
from warehouse.landed import landed_files
from warehouse.settings import settings
from warehouse.sql import identifier

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
    erased: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load_pending(source: str) -> list[Account]:
    """Load every gated batch of a source, oldest first; batches already loaded are only cleaned up.

    A batch that has landed since the gate ran (a backfill's, say) waits for its own run. Also makes
    the source's raw tables when nothing has landed yet, so that models find them.
    """
    accounts: list[Account] = []
    with warehouse() as connection, turns.handling(source):
        make_tables(connection, source)
        for load_id in complete_loads(source):
            if not _is_loaded(connection, source, load_id):
                if not gated_folder(source, load_id).exists():
                    continue
                accounts += _load_batch(connection, source, load_id)
            _discard(source, load_id)
    return accounts


def make_tables(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Make the source's raw and quarantine tables, or give them the columns declared since."""
    connection.execute(f"create schema if not exists raw_{source}")
    for name, resource in resources(source).items():
        columns = [f"{identifier(c)} {_SQL_TYPES[kind]}" for c, kind in resource.columns.items()]
        listed = ", ".join([*columns, *_BOOKKEEPING])
        connection.execute(f'create table if not exists raw_{source}."{name}" ({listed})')
        # Staging reads what this version declares, and a table may be an earlier one's.
        for column in columns:
            connection.execute(
                f'alter table raw_{source}."{name}" add column if not exists {column}'
            )
        quarantine = f'quarantine."{source}__{name}"'
        connection.execute(
            f"create table if not exists {quarantine} (load_id varchar, row_key varchar, "
            "reason varchar, row varchar, quarantined_at timestamptz)"
        )


def _is_loaded(connection: duckdb.DuckDBPyConnection, source: str, load_id: str) -> bool:
    query = "select count(*) from ops.loads where source = ? and load_id = ?"
    return count(connection, query, [source, load_id]) > 0


def _load_batch(connection: duckdb.DuckDBPyConnection, source: str, load_id: str) -> list[Account]:
    gated = gated_folder(source, load_id)
    now = load_time(connection)
    landed, declared = landed_files(source, load_id), resources(source)
    sifted = sift(connection, source, gated, landed)
    batches = {name: Batch(source, name, load_id, declared[name]) for name in landed}
    for name, batch in batches.items():
        batch.widen(connection, sifted[name].accepted)
    with transaction(connection):
        accounts = [
            _load_resource(connection, batch, landed[name], sifted[name], now)
            for name, batch in batches.items()
        ]
        # A load that brought no rows still leaves a row, so that it is known to be done.
        rows = accounts or [Account(source, "-", load_id, 0, 0, 0, 0)]
        connection.executemany(
            "insert into ops.loads "
            "(source, resource, load_id, received, accepted, quarantined, duplicates, erased, "
            "loaded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [[*asdict(account).values(), now] for account in rows],
        )
    return accounts


def load_time(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Now, but after every load before: builds take what is newer than what they took last, and a
    wall clock that is set back would hide a load from them."""
    found = connection.execute("select max(loaded_at) from ops.loads").fetchone()
    last: datetime | None = found[0] if found else None
    return max(wall_now(), last + timedelta(microseconds=1)) if last else wall_now()


def _load_resource(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    landed: list[Path],
    sifted: Sifted,
    now: datetime,
) -> Account:
    """Merge what the gate accepted, keep what it refused; counted against what landed."""
    merged = merge(connection, batch, sifted.accepted, now)
    quarantined = _quarantine(connection, batch, sifted.quarantined, now)
    files = [str(file) for file in landed]
    received = count(connection, "select count(*) from read_parquet(?)", [files])
    duplicates = merged.repeats + merged.unchanged
    if received != merged.accepted + quarantined + duplicates + sifted.erased:
        raise Unbalanced(
            f"{batch}: received {received} ≠ accepted {merged.accepted} + quarantined "
            f"{quarantined} + duplicates {duplicates} + erased {sifted.erased}; nothing "
            f"was loaded; delete landing/{batch.source}/_gated/{batch.load_id} and run again"
        )
    return Account(
        *(batch.source, batch.resource, batch.load_id),
        *(received, merged.accepted, quarantined, duplicates, sifted.erased),
    )


def gated_folder(source: str, load_id: str) -> Path:
    """Where the gate leaves its verdict on a load."""
    return settings().landing / source / "_gated" / load_id


def _quarantine(
    connection: duckdb.DuckDBPyConnection, batch: Batch, file: Path, now: datetime
) -> int:
    """Keep refused rows as they came, each with its reason; the number that is now kept."""
    table = f"quarantine.{identifier(f'{batch.source}__{batch.resource}')}"
    connection.execute(
        f"""
        insert into {table}
        select
            ?,
            _row_key,
            _reason,
            cast(to_json(struct_pack(*columns(* exclude (_reason, _row_key)))) as varchar),
            ?
        from read_parquet(?)
        """,
        [batch.load_id, now, str(file)],
    )
    kept = f"select count(*) from {table} where load_id = ?"
    return count(connection, kept, [batch.load_id])


def _discard(source: str, load_id: str) -> None:
    """Delete a loaded batch (it holds personal data); its completion mark goes last."""
    for files in landed_files(source, load_id).values():
        for file in files:
            file.unlink(missing_ok=True)
    shutil.rmtree(gated_folder(source, load_id), ignore_errors=True)
    completion_mark(source, load_id).unlink(missing_ok=True)
