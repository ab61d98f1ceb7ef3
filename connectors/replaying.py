"""Rows in quarantine once more through the gate, after its suite or the connector was mended.

A row is judged as it came. What passes now is merged and leaves quarantine; what does not stays
where it is, with the reason it has now. Raw tables, quarantine and the account change in one
transaction, and a replay that moves nothing leaves no trace. A connector whose refused rows are
unread text (`connectors/<source>/anew.py`) reads them again first; what else they hold lands as
a load of its own, before they leave quarantine.
"""

import importlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors import turns
from connectors.contract import ROOM, resources
from connectors.erased import sift
from connectors.landing import complete_loads, completion_mark
from connectors.loading import Account, gated_folder, load_pending, load_time, make_tables
from connectors.merging import Batch, Unbalanced, merge
from connectors.refused import as_landed
from warehouse.clock import wall_now
from warehouse.duck import has_table, transaction, warehouse
from warehouse.landed import landed_files
from warehouse.settings import settings
from warehouse.sql import identifier

Gate = Callable[[str, str], Any]
"""Judges a landed load: (source, load id)."""
NTH = "_quarantine_row"


@dataclass(frozen=True)
class Replayed:
    """What a replay came to for one resource: rows that left, and rows that stay."""

    account: Account
    stays: int


def replay(source: str, resource: str | None, gate: Gate) -> list[Replayed]:
    """Judge a source's rows in quarantine anew (of one resource, or of all).

    Gate and load of the source wait meanwhile, and it waits for theirs.

    Args:
        gate: `expectations.gate.gate_batch`; what it raises is raised, and nothing has changed.

    Raises:
        Unbalanced: the rows that left do not add up; nothing has changed.
    """
    load_id = f"replay_{wall_now():%Y%m%dT%H%M%SZ}"
    with warehouse() as connection, turns.handling(source):
        make_tables(connection, source)
        wanted = [resource] if resource else list(resources(source))
        try:
            more: dict[str, list[pa.Table]] = {}
            held = [name for name in wanted if _lay_down(connection, source, name, load_id, more)]
            if held:
                gate(source, load_id)
            if more:
                _land_beside(source, f"{load_id}_beside", more)
            done = [_take_up(connection, source, name, load_id) for name in held]
        finally:
            for files in landed_files(source, load_id).values():
                for file in files:
                    file.unlink()
            shutil.rmtree(gated_folder(source, load_id), ignore_errors=True)
    beside = f"{load_id}_beside"
    if beside in complete_loads(source):
        with turns.handling(source):
            for waiting in complete_loads(source):
                gate(source, waiting)
        accounts = load_pending(source)
        done += [Replayed(account, 0) for account in accounts if account.load_id == beside]
    return done


def _lay_down(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    resource: str,
    load_id: str,
    more: dict[str, list[pa.Table]],
) -> bool:
    """Write a resource's refused rows as if they had just landed; were there any?

    `more` takes up what else they hold, by resource.
    No completion mark: the next load does not take them for its own.
    """
    table = f"{source}__{resource}"
    if not has_table(connection, f"quarantine.{table}"):
        return False
    found = connection.execute(
        f"select rowid, row from quarantine.{identifier(table)} order by quarantined_at, rowid"
    ).fetchall()
    if not found:
        return False
    texts, besides = _read_anew(source, resource, [text for _, text in found])
    more.update(besides)
    landed = as_landed(texts, resources(source)[resource])
    landed = landed.append_column(NTH, pa.array([nth for nth, _ in found], pa.int64()))
    folder = settings().landing / source / resource
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(landed, folder / f"{load_id}.0.parquet")
    return True


def _read_anew(
    source: str, resource: str, texts: list[str]
) -> tuple[list[str], dict[str, list[pa.Table]]]:
    """Refused rows as the connector reads them today, and what else they hold, by resource."""
    if not (ROOM / source / "anew.py").exists():
        return texts, {}
    reader = importlib.import_module(f"connectors.{source}.anew")
    rows, more = reader.read_anew(resource, [json.loads(text) for text in texts])
    return [json.dumps(row) for row in rows], more


def _land_beside(source: str, load_id: str, more: dict[str, list[pa.Table]]) -> None:
    """Write rows as a whole load; should this run break off, the next one takes it."""
    for resource, tables in more.items():
        folder = settings().landing / source / resource
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.concat_tables(tables), folder / f"{load_id}.0.parquet")
    mark = completion_mark(source, load_id)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text("{}\n")


def _take_up(
    connection: duckdb.DuckDBPyConnection, source: str, resource: str, load_id: str
) -> Replayed:
    """Merge what passed, in one transaction with what becomes of quarantine and account."""
    batch = Batch(source, resource, load_id, resources(source)[resource])
    quarantine = f"quarantine.{identifier(f'{source}__{resource}')}"
    accepted = gated_folder(source, load_id) / f"{resource}.accepted.parquet"
    aside = gated_folder(source, load_id) / f"{resource}.quarantined.parquet"
    refused = pq.read_table(aside)
    # They are in quarantine already: what is loaded here is what passed.
    pq.write_table(refused.slice(0, 0), aside)
    passed = [int(nth) for nth in pq.read_table(accepted, columns=[NTH]).column(NTH).to_pylist()]
    late = _without_superseded(connection, batch, accepted, quarantine)
    sifted = sift(connection, source, gated_folder(source, load_id), [resource])[resource]
    batch.widen(connection, sifted.accepted)
    now = load_time(connection)
    with transaction(connection):
        merged = merge(connection, batch, sifted.accepted, now)
        account = Account(
            *(source, resource, load_id, len(passed), merged.accepted, 0),
            *(merged.repeats + merged.unchanged + late, sifted.erased),
        )
        if account.received != account.accepted + account.duplicates + account.erased:
            raise Unbalanced(f"{batch}: the rows that passed do not add up; nothing was changed")
        _say_anew(connection, quarantine, refused)
        if passed:
            marks = [[nth] for nth in passed]
            connection.executemany(f"delete from {quarantine} where rowid = ?", marks)
            _write_down(connection, account, now)
    return Replayed(account, refused.num_rows)


def _without_superseded(
    connection: duckdb.DuckDBPyConnection, batch: Batch, file: Path, quarantine: str
) -> int:
    """Take our own column out of the gated file, and the rows of which a newer state has been
    loaded since; the number of those.

    Where rows have a version, the merge itself knows which state is newer.
    """
    same = " and ".join(
        f"held.{identifier(c)} = passed.{identifier(c)}" for c in batch.declared.primary_key
    )
    superseded = (
        "false"
        if batch.declared.version
        else f"exists (select 1 from {batch.table} as held, {quarantine} as aside where {same} "
        f"and aside.rowid = passed.{NTH} and held._loaded_at > aside.quarantined_at)"
    )
    table = connection.sql(
        f"select *, {superseded} as _superseded from read_parquet($1) as passed order by {NTH}",
        params=[str(file)],
    ).to_arrow_table()
    late = table.column("_superseded").to_pylist()
    kept = table.filter(pa.array([not each for each in late], pa.bool_()))
    pq.write_table(kept.drop_columns([NTH, "_superseded"]), file)
    return sum(late)


def _say_anew(connection: duckdb.DuckDBPyConnection, quarantine: str, refused: pa.Table) -> None:
    """Give the rows that stay the reason that they have now."""
    for nth, reason in zip(*(refused.column(c).to_pylist() for c in (NTH, "_reason")), strict=True):
        connection.execute(
            f"update {quarantine} set reason = $1 where rowid = $2 and reason <> $1", [reason, nth]
        )


def _write_down(connection: duckdb.DuckDBPyConnection, account: Account, now: datetime) -> None:
    said = account.as_dict() | {"loaded_at": now}
    connection.execute(
        f"insert into ops.loads ({', '.join(said)}) values ({', '.join('?' * len(said))})",
        list(said.values()),
    )
