"""What lies beside the warehouse: dlt's working folders, landing files, logs, Airflow's database.

Rows that have landed but were not loaded yet are judged like any others; keys of rows that went are
taken out of dlt's states (the source's memory of what it has seen); in logs the person's
identifiers are replaced. dlt's cursors stay: they are times and positions.
"""

import json
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import resources
from connectors.erased import sort_out
from connectors.landing import complete_loads, land_pending, working_folders
from connectors.ledger import Ledger
from connectors.loading import gated_folder
from connectors.mentions import blank_out
from privacy.people import Person, around
from privacy.search import Search, files, pack, unpack
from warehouse.durable import sync
from warehouse.landed import landed_files
from warehouse.settings import settings
from warehouse.sql import identifier, literal

log = logging.getLogger(__name__)

_TEXT = {".log", ".txt", ".json", ".jsonl", ".csv", ".sql", ".yml", ".html", ".cfg", ""}


def clean(ledger: Ledger, person: Person) -> dict[str, int]:
    """Take the person out of everything beside the warehouse; files changed, by kind."""
    return {
        "dlt packages": _packages(),
        "dlt states": _states(ledger),
        "landing files": _landed(ledger),
        "logs": _texts(person),
        "delivered files": _deliveries(person),
        "Airflow's database": _airflow(person),
    }


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.unfinished")
    aside.write_bytes(data)
    shutil.copymode(path, aside)
    sync(aside)
    os.replace(aside, path)


def _packages() -> int:
    """Packages that dlt is through with go; one that a killed extraction left lands first."""
    over = list(settings().dlt.glob("*/load/loaded/*"))
    for folder in over:
        shutil.rmtree(folder)
    landed = [
        land_pending(source)
        for source in dict.fromkeys(
            s for folder, s in working_folders().items() if _pending(folder)
        )
    ]
    return len(over) + sum(landed)


def _pending(folder: Path) -> bool:
    """Whether dlt has anything under way; without, it need not be imported."""
    under_way = ("normalize/*/*", "load/new/*", "load/normalized/*")
    return any(path for pattern in under_way for path in folder.glob(pattern))


def _states(ledger: Ledger) -> int:
    changed = 0
    for path in settings().dlt.glob("*/state.json"):
        text = path.read_text()
        kept = _state_without(json.loads(text), ledger)
        if kept != json.loads(text):
            _replace(path, json.dumps(kept).encode())
            changed += 1
    for path in settings().landing.glob("*/_dlt_pipeline_state/*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        packed = [_packed_without(line, ledger) for line in lines]
        if packed != lines:
            _replace(path, "".join(json.dumps(line) + "\n" for line in packed).encode())
            changed += 1
    return changed


def _packed_without(line: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    text = unpack(line["state"])
    kept = _state_without(json.loads(text), ledger)
    return line if kept == json.loads(text) else {**line, "state": pack(json.dumps(kept))}


def _state_without(state: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """A state without the keys of rows that went, and without mentions of people."""
    for source, said in state.get("sources", {}).items():
        for resource, memory in said.get("resources", {}).items():

            def is_gone(key: str, place: str = f"{source}.{resource}") -> bool:
                return ledger.has("row", key, place)

            said["resources"][resource] = _forgotten(memory, is_gone)
    kept: dict[str, Any] = blank_out(state, ledger)
    return kept


def _forgotten(value: Any, is_gone: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {k: _forgotten(v, is_gone) for k, v in value.items() if not is_gone(k)}
    if isinstance(value, list):
        return [_forgotten(v, is_gone) for v in value if not (isinstance(v, str) and is_gone(v))]
    return value


def _landed(ledger: Ledger) -> int:
    """Rows extracted but not loaded. The gate looks at a changed batch again."""
    changed = 0
    connection = duckdb.connect()
    try:
        for folder in sorted(settings().landing.glob("*")):
            for load_id in complete_loads(folder.name):
                files = landed_files(folder.name, load_id)
                done = [
                    _without(connection, ledger, folder.name, name, path)
                    for name, paths in files.items()
                    for path in paths
                ]
                if any(done):
                    shutil.rmtree(gated_folder(folder.name, load_id), ignore_errors=True)
                    changed += sum(done)
    finally:
        connection.close()
    return changed


def _without(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, source: str, name: str, path: Path
) -> bool:
    if name not in resources(source):
        return False
    file = literal(str(path))
    described = connection.execute(f"describe select * from read_parquet({file})").fetchall()
    relation = (
        "select * exclude (file_row_number), file_row_number as nth "
        f"from read_parquet({file}, file_row_number = true)"
    )
    columns = {row[0]: row[1] for row in described}
    found = sort_out(connection, relation, columns, (source, name), ledger)
    for request, keys in found.leaves.items():
        ledger.add(request, keys)
    if not found.gone and not found.kept:
        return False
    table = pq.read_table(path)
    rows = [found.kept.get(n, r) for n, r in enumerate(table.to_pylist()) if n not in found.gone]
    aside = path.with_name(f".{path.name}.unfinished")
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), aside)
    sync(aside)
    os.replace(aside, path)
    return True


def _texts(person: Person) -> int:
    """Logs and dbt's own files: identifiers are replaced where they stand."""
    pattern = re.compile(person.pattern(), re.IGNORECASE)
    changed = 0
    for root in (settings().airflow, settings().dbt):
        for path in sorted(root.rglob("*")) if root.exists() else ():
            if not path.is_file() or path.is_symlink() or path.suffix not in _TEXT:
                continue
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            kept = pattern.sub(around, text)
            if kept != text:
                # In place, not replaced: the process that writes this log has it open.
                with path.open("r+b") as file:
                    file.write(kept.encode("utf-8", "surrogateescape"))
                    file.truncate()
                changed += 1
    changed += _decisions(pattern)
    return changed


def _deliveries(person: Person) -> int:
    """Files handed over that hold the person go whole, as published versions do."""
    held = [path for path in files(settings().deliveries) if Search(person).in_file(path)]
    for path in held:
        path.unlink()
    return len(held)


def _decisions(pattern: re.Pattern[str]) -> int:
    """People's decisions about who is who: lines about the person go."""
    path = settings().decisions_file
    if not path.exists():
        return 0
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not pattern.search(line)]
    if kept != lines:
        _replace(path, "".join(kept).encode())
    return int(kept != lines)


def _airflow(person: Person) -> int:
    """Airflow's own database on one machine (SQLite): parameters, results, rendered fields."""
    path = settings().airflow / "airflow.db"
    search = Search(person)
    if not path.exists() or not search.in_file(path):
        return 0
    pattern = re.compile(person.pattern(), re.IGNORECASE)
    connection = sqlite3.connect(path, timeout=30)
    connection.execute("pragma secure_delete = on")
    changed = 0
    try:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"select rowid, * from {identifier(table)}")
            names = [d[0] for d in rows.description][1:]
            for nth, *values in rows.fetchall():
                for name, value in zip(names, values, strict=True):
                    if isinstance(value, str) and pattern.search(value):
                        change = f"update {identifier(table)} set {identifier(name)} = ?"
                        kept = pattern.sub(around, value)
                        connection.execute(f"{change} where rowid = ?", [kept, nth])
                        changed += 1
        connection.commit()
    finally:
        connection.close()
    return changed
