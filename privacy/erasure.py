"""Erasing from beginning to proof, in steps that a kill may interrupt anywhere.

`begin` (ledger, then sweep) makes the warehouse forget; the ordinary chain rebuilds and publishes
the marts; `finish` clears what is left, rewrites the file, searches everything and closes the
request. Both do nothing when nothing is due, so they are part of every round: a round that follows
a killed erasure completes it, and one on a restored warehouse repeats it before anything is built.
"""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from connectors.ledger import Ledger
from privacy import corrections, leftovers, requests, versions
from privacy.finding import Case, Unknown, find
from privacy.people import Person
from privacy.plain import Swept
from privacy.proof import prove
from privacy.rewrite import remove_leftovers, rewrite
from privacy.sweep import due, forget_texts, look, sweep
from warehouse.clock import iso, wall_now
from warehouse.duck import warehouse
from warehouse.settings import settings

log = logging.getLogger(__name__)


class ErasureDue(RuntimeError):
    """The warehouse is older than an erasure on record: nothing may be published from it."""


@dataclass
class Preview:
    """What an erasure would do: whose records, and rows per table."""

    case: Case
    swept: Swept
    versions: list[str] = field(default_factory=list)


def preview(who: str) -> Preview:
    """Who is meant and what would go; changes nothing.

    Raises:
        Unknown, Ambiguous: see `finding.find`.
    """
    with warehouse() as connection:
        case = find(connection, who, requests.new_id())
        draft = Ledger(draft=True)
        draft.add(case.person.request, case.person.keys())
        swept = look(connection, draft, [case.person])
    shown = [v.name for v in versions.all_versions() if versions.holds(v, case.person)]
    return Preview(case, swept, shown)


def erased_before(who: str) -> str | None:
    """The request that erased this address, customer or contact earlier, by its digest."""
    ledger = Ledger()
    system, _, id_ = who.partition(":")
    return (
        ledger.request_of("email", who)
        or ledger.request_of("customer", who)
        or ledger.request_of("contact", id_, system)
    )


def register(person: Person) -> None:
    """Write the request down, then put the person on the ledger: from here on they stay away."""
    requests.keep(person)
    Ledger().add(person.request, person.keys())


def register_request(customer: str | None = None, request: str | None = None) -> str:
    """Register a customer, or a request written down before; the request's id.

    Raises:
        Unknown: there is no such customer, or no such request under way.
    """
    if customer:
        with warehouse() as connection:
            case = find(connection, customer, requests.new_id())
        register(case.person)
        return case.person.request
    if request:
        person = requests.read(request)
        if person is None:
            raise Unknown(f"no request {request} is under way; start with `heedline erase`")
        register(person)
    return request or ""


def replay() -> dict[str, Any]:
    """Sweep the warehouse when an erasure on record has not been through it; what was done.

    The first step of an erasure, and of every round: a restored file is swept before anything is
    built on it.
    """
    ledger = Ledger()
    opened = _opened()
    for person in opened:
        if person.request not in ledger.requests:
            # A kill between the request and the ledger: the ledger follows.
            ledger.add(person.request, person.keys())
    if not ledger:
        return {"due": 0, "as_of": as_of_to_rebuild()}
    with warehouse() as connection:
        wanted = due(connection, ledger)
        if not wanted:
            return {"due": 0, "as_of": as_of_to_rebuild()}
        swept = sweep(connection, ledger, opened)
        _remember(connection, ledger, wanted, swept)
    removed, rewritten = sum(swept.removed.values()), sum(swept.rewritten.values())
    done = {"due": len(wanted), "removed": removed, "rewritten": rewritten}
    return {**done, "as_of": as_of_to_rebuild()}


def _remember(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, wanted: list[str], swept: Swept
) -> None:
    """Of a replay only the file tells who it was: keep that until the proof, or that it is over."""
    for request in wanted:
        if requests.read(request) is not None:
            continue
        hits = {h for h in swept.hits if ledger.request_of(h[0], h[2], h[1]) == request}
        person = Person.from_hits(request, hits)
        if person.literals:
            requests.keep(person)
        else:
            connection.execute(
                "update ops.erasures set finished_at = ? where request_id = ?",
                [wall_now(), request],
            )


def _opened() -> list[Person]:
    return [person for r in requests.open_requests() if (person := requests.read(r))]


def require_replayed() -> None:
    """Refuse to go on from a warehouse that an erasure on record has not been through.

    Raises:
        ErasureDue: naming how many.
    """
    ledger = Ledger()
    if not ledger:
        return
    with warehouse() as connection:
        wanted = due(connection, ledger)
    if wanted:
        raise ErasureDue(
            f"the warehouse has not been through {len(wanted)} erasures on record (was it restored "
            "from a backup?); run the DAG `unify`, which repeats them, or `heedline erase --replay`"
        )


def finish() -> list[dict[str, Any]]:
    """Complete every erasure whose marts are published without the person; the proofs.

    Raises:
        StillPublished: the newest published version holds them.
        NotErased: they were found somewhere.
    """
    opened = _opened()
    if not opened:
        return []
    ledger = Ledger()
    remove_leftovers(settings().warehouse_file)
    with warehouse() as connection:
        # Tables that are not built anew each time (histories, snapshots) are swept by now; texts
        # and tags follow what the tables hold.
        again = look(connection, ledger, opened, apply=True)
        texts = forget_texts(connection)
        said = corrections.forget(connection)
    log.info(
        "erase: %d rows in rebuilt tables, %d in corrections", sum(again.removed.values()), said
    )
    pruned = {person.request: versions.prune(person) for person in opened}
    cleaned = {person.request: leftovers.clean(ledger, person) for person in opened}
    rewrite()
    return [
        prove(person, pruned[person.request], texts, cleaned[person.request]) for person in opened
    ]


def proof_of(request: str) -> Path:
    """Where the proof of a closed request lies."""
    return requests.proofs() / f"{request}.json"


def as_of_to_rebuild() -> str:
    """The `as_of` of the newest published version, else the present: what is built again."""
    folder = versions.current()
    if folder is None:
        return iso(wall_now())
    return str(json.loads((folder / "manifest.json").read_text())["content"]["as_of"])
