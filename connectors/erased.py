"""Erased people do not come back: rows tied to them are found by digest and taken out.

`sift` is what the loader calls on a gated batch; `sort_out` does the same for any relation, so that
erasing a warehouse, replaying that on a restored one and refusing what a vendor sends again are one
piece of code. With nobody erased, nothing is read at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import Resource, resources
from connectors.judging import judge, left_behind, named, row_key, system_of
from connectors.ledger import Key, Ledger
from connectors.mentions import blank_out
from connectors.paths import Row, steps, values_in_sql
from connectors.person import Person
from connectors.scanning import Probe, Seen, scan_texts, scan_ties
from warehouse.sql import identifier, literal

_REASONS = ("_reason", "_row_key")


@dataclass(frozen=True)
class Sifted:
    """A gated resource without erased people: files to load, and how many rows were left out."""

    accepted: Path
    quarantined: Path
    erased: int = 0


@dataclass
class Found:
    """What of a relation is an erased person's.

    Attributes:
        gone: numbers of the rows that go.
        kept: rows that stay without the person, by number.
        leaves: what is remembered of rows that go, by request.
        hits: the identifiers that gave them away, as they stand there.
        mentioned: of these, what texts mention.
    """

    gone: set[int] = field(default_factory=set)
    kept: dict[int, Row] = field(default_factory=dict)
    leaves: dict[str, list[Key]] = field(default_factory=dict)
    hits: set[Key] = field(default_factory=set)
    mentioned: Seen | None = None


def clause_of(declared: Resource) -> Person:
    """The resource's clause; without one only mentions are looked for."""
    return declared.person or Person(nobody=True)


def probes_of(
    clause: Person, source: str, resource: str, declared: Resource, columns: dict[str, str]
) -> list[Probe]:
    """What the clause says to look at, as `scan` wants it."""
    own = literal(source)
    if clause.system and clause.system in columns:
        own = f"coalesce({identifier(clause.system)}, {own})"
    found: list[Probe] = []
    for kind, tie in clause.ties():
        if steps(tie.path)[0] not in columns:
            continue
        system = own
        if tie.system and steps(tie.system)[0] in columns:
            system = f"coalesce({values_in_sql(tie.system)}[1], {own})"
        found.append((kind, values_in_sql(tie.path), system))
    if all(column in columns for column in declared.primary_key):
        key = " || '|' || ".join(
            f"cast({identifier(column)} as varchar)" for column in declared.primary_key
        )
        found.append(("row", f"[{key}]", literal(f"{source}.{resource}")))
    return found


def sort_out(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: dict[str, str],
    where: tuple[str, str],
    erased: Ledger,
    *,
    refused: bool = False,
    mentioned: Seen | None = None,
) -> Found:
    """Judge every row of a relation (SQL that gives the columns and `nth`) that needs it.

    Args:
        where: source and resource.
        refused: rows the gate refused: one that names the person and says no owner goes.
        mentioned: what `scan_texts` found here before (it does not change with what follows).
    """
    source, resource = where
    declared = resources(source)[resource]
    clause = clause_of(declared)
    probes = probes_of(clause, source, resource, declared, columns)
    mentioned = mentioned or scan_texts(connection, relation, columns, erased)
    tied, hits = scan_ties(connection, relation, probes, erased)
    found = Found(hits=hits | mentioned[1], mentioned=mentioned)
    numbers = sorted(tied | mentioned[0])
    if not numbers:
        return found
    connection.register("erased_numbers", pa.table({"nth": pa.array(numbers, pa.int64())}))
    rows = connection.sql(
        f"select * from ({relation}) where nth in (select nth from erased_numbers)"
    ).to_arrow_table()
    for row in rows.to_pylist():
        nth = row.pop("nth")
        request, kept = decide(clause, row, where, declared, erased, refused=refused)
        if kept is None:
            found.gone.add(nth)
            left = left_behind(clause, row, source, resource, declared.primary_key)
            found.leaves.setdefault(request, []).extend(left)
        elif kept is not row:
            found.kept[nth] = kept
    connection.unregister("erased_numbers")
    return found


def decide(
    clause: Person,
    row: Row,
    where: tuple[str, str],
    declared: Resource,
    erased: Ledger,
    *,
    refused: bool = False,
) -> tuple[str, Row | None]:
    """(request that erased it, what stays of the row)."""
    source, resource = where
    system = system_of(clause, row, source)
    owners = list(named(row, clause.of, system))
    among = list(named(row, clause.among.of, system)) if clause.among else []
    request = erased.request_of("row", row_key(row, declared.primary_key), f"{source}.{resource}")
    if request is not None and _has_key(row, declared):
        return request, None
    kept = judge(clause, row, source, erased, declared.primary_key)
    for name in _REASONS if kept is not None and refused else ():
        if (clean := blank_out(row.get(name), erased)) != row.get(name):
            kept = {**kept, name: clean}  # type: ignore[dict-item]
    if refused and kept is not None and kept is not row and not owners:
        kept = None
    tied = [erased.request_of(kind, value, scope) for kind, scope, value in owners + among]
    return next((r for r in tied if r), "") or erased.requests[-1], kept


def _has_key(row: Row, declared: Resource) -> bool:
    return all(row.get(column) is not None for column in declared.primary_key)


def sift(
    connection: duckdb.DuckDBPyConnection, source: str, gated: Path, names: Iterable[str]
) -> dict[str, Sifted]:
    """Gated files of one load without the rows of erased people, by resource.

    Files that hold none are handed back as they are; the others are written anew beside them
    (`<resource>.kept.…`), so that a kill changes nothing. What rows that are left out were the head
    of (a ticket's events) is remembered in the ledger first.
    """
    files = {
        name: (gated / f"{name}.accepted.parquet", gated / f"{name}.quarantined.parquet")
        for name in names
    }
    erased = Ledger() if files else None
    if not erased:
        return {name: Sifted(*pair) for name, pair in files.items()}
    found: dict[tuple[str, bool], Found] = {}
    while True:
        new: set[str] = set()
        for name, pair in files.items():
            for path, refused in zip(pair, (False, True), strict=True):
                relation, columns = _parquet(connection, path)
                before = found.get((name, refused))
                here = sort_out(
                    *(connection, relation, columns, (source, name), erased),
                    refused=refused,
                    mentioned=before.mentioned if before else None,
                )
                found[name, refused] = here
                for request, keys in here.leaves.items():
                    if erased.add(request, keys):
                        new.add(request)
        if not new:
            break
        # Rows that came in before what they follow: the next round looks through the warehouse.
        for request in new:
            connection.execute("delete from ops.erasures where request_id = ?", [request])
    return {
        name: Sifted(
            _written(accepted, found[name, False]),
            _written(quarantined, found[name, True]),
            len(found[name, False].gone) + len(found[name, True].gone),
        )
        for name, (accepted, quarantined) in files.items()
    }


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    file = literal(str(path))
    described = connection.execute(f"describe select * from read_parquet({file})").fetchall()
    relation = (
        "select * exclude (file_row_number), file_row_number as nth "
        f"from read_parquet({file}, file_row_number = true)"
    )
    return relation, {row[0]: row[1] for row in described}


def _written(path: Path, found: Found) -> Path:
    """The file without what was found, in order; the file itself when that is nothing."""
    if not found.gone and not found.kept:
        return path
    table = pq.read_table(path)
    stay = [n for n in range(table.num_rows) if n not in found.gone]
    kept = table.take(pa.array(stay, pa.int64()))
    if found.kept:
        place = {nth: at for at, nth in enumerate(stay)}
        rows = kept.to_pylist()
        for nth, row in found.kept.items():
            rows[place[nth]] = row
        kept = pa.Table.from_pylist(rows, schema=table.schema)
    target = path.with_name(f"{path.name.split('.')[0]}.kept.{path.name.split('.')[1]}.parquet")
    pq.write_table(kept, target)
    return target


def replaced(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Rewritten rows as a table of the same columns; their hash no longer tells what they said."""
    plain: list[dict[str, Any]] = [
        {**row, "_row_hash": "erased"} if "_row_hash" in row else row for row in rows
    ]
    return pa.Table.from_pylist(plain, schema=schema)
