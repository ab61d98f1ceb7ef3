"""What is held against what the vendor counts: `ops.reconciliation`, and a loud word about a gap.

A connector that can ask its vendor for a count keeps it in its resource's state when it has read
to the end: `state["vendor_count"] = vendor_count(n, …)` (`counts.py`). Here
it is held against the raw table.
Rows too few are a failure: whatever came stays loaded, and the next run pulls the resource anew.
Rows too many are not (vendors delete without a word); the weekly audit of ids names them.
"""

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from connectors import repull
from connectors.contract import Resource, resources
from connectors.counts import Counted, allowed, vendor_counts
from connectors.merging import count
from warehouse.clock import wall_now
from warehouse.duck import transaction, warehouse
from warehouse.sql import identifier

_DONE = "from ops.reconciliation where source = ? and resource = ?"


class Unreconciled(RuntimeError):
    """The vendor counts more rows than are held. One line per resource."""


@dataclass(frozen=True)
class Line:
    """One row of `ops.reconciliation`, in the order of its columns."""

    source: str
    resource: str
    load_id: str
    received: int
    accepted: int
    duplicates: int
    quarantined: int
    deleted: int | None
    held: int | None
    comparable: int | None
    set_aside: int | None
    vendor_count: int | None
    counted_at: datetime | None
    difference: int | None
    status: str
    reconciled_at: datetime


def reconcile(source: str) -> list[Line]:
    """Write down every load not yet reconciled, and hold what is held against the vendor's counts.

    Raises:
        Unreconciled: rows are missing. The lines are written, and the next run is told.
    """
    counts, now = vendor_counts(source), wall_now()
    with warehouse() as connection:
        known = set(resources(source))
        lines = [
            line
            for name in sorted(known)
            for line in _lines(connection, source, name, counts.get(name), now)
        ]
        gaps = [line for line in lines if line.status == "missing"]
        # The flag first: a kill in between costs a second reading, not a gap that nobody mends.
        repull.ask(source, [line.resource for line in gaps])
        with transaction(connection):
            for line in lines:
                marks = ", ".join("?" * len(astuple(line)))
                connection.execute(
                    f"insert into ops.reconciliation values ({marks})", list(astuple(line))
                )
        waiting = _still_missing(connection, source) if repull.asked(source) else []
    if waiting:
        raise Unreconciled(
            f"{source}: "
            + "; ".join(
                f"{resource}: the vendor counts {counted:,}, {-difference:,} of them are missing "
                "here"
                for resource, counted, difference in waiting
            )
            + "; what came is loaded, and the next run pulls "
            + ("it" if len(waiting) == 1 else "them")
            + " anew (ops.reconciliation, docs/runbook.md)"
        )
    return lines


def _still_missing(
    connection: duckdb.DuckDBPyConnection, source: str
) -> list[tuple[str, int, int]]:
    """(resource, vendor count, difference) of those whose newest line says 'missing'."""
    return connection.execute(
        """
        select resource, vendor_count, difference from ops.reconciliation
        where source = ? and vendor_count is not null
        qualify status = 'missing'
            and row_number()
                over (partition by resource order by reconciled_at desc, rowid desc) = 1
        order by resource
        """,
        [source],
    ).fetchall()


def _lines(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    resource: str,
    counted: Counted | None,
    now: datetime,
) -> list[Line]:
    """The lines that are due for one resource, oldest load first; the newest has the count."""
    loads = connection.execute(
        """
        select load_id, received, accepted, duplicates, quarantined from ops.loads as loads
        where source = $1 and resource = $2 and not exists (
            select 1 from ops.reconciliation as done
            where done.source = $1 and done.resource = $2 and done.load_id = loads.load_id
        )
        order by loaded_at
        """,
        [source, resource],
    ).fetchall()
    last = connection.execute(
        f"select status, difference, counted_at {_DONE} and vendor_count is not null "
        "order by reconciled_at desc, rowid desc limit 1",
        [source, resource],
    ).fetchone()
    if counted and last and last[2] == counted.at:
        counted = None  # the last one again
    stand = _stand(connection, source, resource, counted)
    status, difference = "uncounted", None
    if counted and stand.comparable is not None:
        difference = stand.comparable + stand.set_aside - counted.number
        anew = resource in repull.asked(source)
        status = _status(difference, counted, last[:2] if last else None, anew=anew)
        if status == "missing" and is_cut_short(connection, source, resource):
            status = "unexplained"
    if not loads and counted and (last is None or last[:2] != (status, difference)):
        loads = [("-", 0, 0, 0, 0)]
    then = [None, None, None, None, None, None, None, "uncounted", now]
    told = [counted.number, counted.at, difference] if counted else [None, None, None]
    today = [stand.deleted, stand.held, stand.comparable, stand.set_aside, *told, status, now]
    return [
        Line(source, resource, *load, *(today if number == len(loads) else then))
        for number, load in enumerate(loads, 1)
    ]


class _Stand(NamedTuple):
    held: int
    deleted: int
    comparable: int | None
    set_aside: int


def _stand(
    connection: duckdb.DuckDBPyConnection, source: str, resource: str, counted: Counted | None
) -> _Stand:
    """How many rows are held, deleted, comparable with the count, and set aside."""
    declared = resources(source)[resource]
    table, clause = f"raw_{source}.{identifier(resource)}", declared.reconciled
    held = count(connection, f"select count(*) from {table}", [])
    gone = clause.deleted or "false"
    deleted = count(connection, f"select count(*) from {table} where {gone}", [])
    comparable = None
    if counted is not None:
        condition, values = comparable_rows(declared, counted)
        query = f"select count(*) from {table} where {condition}"
        found = connection.execute(query, values).fetchone()
        comparable = int(found[0]) if found else 0
    same = " and ".join(
        f"cast(held.{identifier(c)} as varchar) = json_extract_string(aside.row, '$.\"{c}\"')"
        for c in declared.primary_key
    )
    set_aside = count(
        connection,
        f"select count(distinct row_key) from quarantine.{identifier(f'{source}__{resource}')} "
        f"as aside where not exists (select 1 from {table} as held where {same})",
        [],
    )
    return _Stand(held, deleted, comparable, set_aside)


def comparable_rows(declared: Resource, counted: Counted | None) -> tuple[str, dict[str, Any]]:
    """The condition (and its values) on the rows that the vendor counts and lists."""
    clause = declared.reconciled
    gone = f"coalesce({clause.deleted}, false)" if clause.deleted else "false"
    condition = clause.counted or f"not {gone}"
    bound = {name: getattr(counted, name, None) for name in ("since", "until", "among")}
    return condition, {name: value for name, value in bound.items() if f"${name}" in condition}


def is_cut_short(connection: duckdb.DuckDBPyConnection, source: str, resource: str) -> bool:
    """Whether retention has taken rows away: pulled anew, they would only come back."""
    place = f"raw_{source}.{resource}"
    return count(connection, "select count(*) from ops.retention where place = ?", [place]) > 0


def _status(difference: int, counted: Counted, last: tuple[str, int] | None, *, anew: bool) -> str:
    """What a difference means, given what the line before said of the resource."""
    if abs(difference) <= allowed(counted.number):
        return "balanced"
    if not counted.exact:
        return "approximate"
    if difference > 0:
        return "surplus"
    before, lacked = last or ("", 0)
    # Pulled anew since, and as much is missing still (people who were erased, records that the
    # login may count and not read): a third pull would bring nothing either.
    known = before in {"missing", "unexplained"} and not anew
    return "unexplained" if known and difference >= lacked - allowed(counted.number) else "missing"
