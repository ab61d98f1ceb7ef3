"""Every id that a vendor lists against every id that is held: who is missing, by name.

A count says that something is missing, not what; and rows too many and too few may cancel out. A
connector whose vendor lists ids cheaply has a module `ids.py` with

    def ids(credentials, until, **settings) -> dict[str, Iterator[str]]

giving, per resource, the keys of the living records made before `until`.
"""

import importlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from connectors import repull
from connectors.contract import ROOM, Credentials, resources
from connectors.counts import Counted, last_pull, vendor_counts
from connectors.ledger import Ledger
from connectors.reconciling import Unreconciled, comparable_rows, is_cut_short
from connectors.registry import Channel, enabled_channels
from warehouse.clock import iso, wall_now
from warehouse.duck import transaction, warehouse
from warehouse.durable import sync
from warehouse.settings import settings
from warehouse.sql import identifier

_NAMED = 5
_SURELY_READ = timedelta(minutes=15)
# Of a source without counts only the end of its last pull is known: what was made while it was
# reading may have come too late for it.
_SURELY_READ_UNCOUNTED = timedelta(days=2)


def listing_channels() -> list[Channel]:
    """The enabled channels that can list their ids."""
    return [c for c in enabled_channels() if (ROOM / c.name / "ids.py").exists()]


def _file(source: str) -> Path:
    return settings().root / "audit" / f"{source}.json"


def list_all(channel: Channel, credentials: Credentials) -> dict[str, int]:
    """Keep the ids that the vendor lists for `compare_all`; how many there are by resource.

    Records younger than the last pull are left to the next one. Before the first, nothing is asked.

    Raises:
        SourceError: they could not be had.
    """
    _file(channel.name).unlink(missing_ok=True)
    until = _read_until(channel.name)
    if until is None:
        return {}
    module = importlib.import_module(f"connectors.{channel.name}.ids")
    found = module.ids(credentials, until, **channel.settings)
    listed = {resource: sorted(set(keys)) for resource, keys in found.items()}
    _file(channel.name).parent.mkdir(parents=True, exist_ok=True)
    _file(channel.name).write_text(json.dumps({"until": iso(until), "ids": listed}))
    sync(_file(channel.name))
    return {resource: len(keys) for resource, keys in listed.items()}


def _read_until(source: str) -> datetime | None:
    """Until when all that was made there has surely been read; None before the first pull."""
    if counts := vendor_counts(source):
        return min(counted.at for counted in counts.values()) - _SURELY_READ
    ended = last_pull(source)
    return ended - _SURELY_READ_UNCOUNTED if ended else None


def compare_all(source: str) -> dict[str, dict[str, int]]:
    """Write down what is missing here or there, by resource, in place of the audit before.

    Raises:
        Unreconciled: the vendor lists records that are not here. They are written down, and the
            next run pulls their resources anew.
    """
    file = _file(source)
    if not file.exists():
        return {}
    said = json.loads(file.read_text())
    counts, erased = vendor_counts(source), Ledger()
    missing: dict[str, dict[str, list[str]]] = {}
    with warehouse() as connection:
        for resource, listed in said["ids"].items():
            ours = _ours(connection, source, resource)
            alive = _alive(connection, source, resource, counts.get(resource), said["until"])
            here = sorted(
                key
                for key in set(listed) - ours
                if not erased.has("row", key, f"{source}.{resource}")
            )
            missing[resource] = {"here": here, "there": sorted(alive - set(listed))}
        gaps = {
            name: found["here"]
            for name, found in missing.items()
            if found["here"] and not is_cut_short(connection, source, name)
        }
        repull.ask(source, gaps)
        _write_down(connection, source, missing)
    file.unlink()
    if gaps:
        named = "; ".join(
            f"{name}: {len(keys):,} that the vendor lists are not here ({', '.join(keys[:_NAMED])}"
            + (", …)" if len(keys) > _NAMED else ")")
            for name, keys in gaps.items()
        )
        raise Unreconciled(
            f"{source}: {named}; the next run pulls anew what they belong to (ops.audited_ids)"
        )
    return {name: {k: len(v) for k, v in found.items()} for name, found in missing.items()}


def forget_audit(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget which ids were missing: some may be those of people who are being erased."""
    connection.execute("delete from ops.audited_ids")
    for file in _file("any").parent.glob("*.json"):
        file.unlink()


def _key(source: str, resource: str) -> str:
    (column,) = resources(source)[resource].primary_key
    return column


def _ours(connection: duckdb.DuckDBPyConnection, source: str, resource: str) -> set[str]:
    """Keys of every row that is held, deleted ones too, or set aside."""
    key = _key(source, resource)
    return {
        text
        for (text,) in connection.execute(
            f"select cast({identifier(key)} as varchar) from raw_{source}.{identifier(resource)} "
            f"union select json_extract_string(row, '$.\"{key}\"') "
            f"from quarantine.{identifier(f'{source}__{resource}')}"
        ).fetchall()
    }


def _alive(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    resource: str,
    counted: Counted | None,
    until: str,
) -> set[str]:
    """Keys of the rows that the vendor should list: those its count is about, loaded by then."""
    condition, values = comparable_rows(resources(source)[resource], counted)
    rows = connection.execute(
        f"select cast({identifier(_key(source, resource))} as varchar) "
        f"from raw_{source}.{identifier(resource)} "
        f"where {condition} and _loaded_at < cast($listed_until as timestamptz)",
        {**values, "listed_until": until},
    ).fetchall()
    return {key for (key,) in rows}


def _write_down(
    connection: duckdb.DuckDBPyConnection, source: str, missing: dict[str, dict[str, list[str]]]
) -> None:
    now = wall_now()
    rows = [
        [source, resource, key, where, now]
        for resource, found in missing.items()
        for where, keys in found.items()
        for key in keys
    ]
    with transaction(connection):
        connection.execute("delete from ops.audited_ids where source = ?", [source])
        if rows:
            connection.executemany("insert into ops.audited_ids values (?, ?, ?, ?, ?)", rows)
