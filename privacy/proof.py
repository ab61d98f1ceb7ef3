"""The proof of an erasure: everything searched, nothing found; or an error naming each place."""

import logging
from dataclasses import asdict, dataclass
from typing import Any

from privacy import requests
from privacy.people import Person
from privacy.raw_bytes import search_bytes
from privacy.search import Search
from warehouse.clock import iso, wall_now
from warehouse.duck import warehouse

log = logging.getLogger(__name__)


class NotErased(RuntimeError):
    """The proof failed: the person is still somewhere. The message names each place."""


@dataclass
class Proof:
    """What was searched after an erasure, and what it had removed before."""

    request: str
    proved_at: str
    removed: int
    rewritten: int
    versions_removed: list[str]
    texts_forgotten: int
    cleaned: dict[str, int]
    files: int
    tables: int
    rows: int
    bytes: int
    uncompressed_bytes: int
    literals: int
    literals_inside_others: int
    found: int = 0


def prove(person: Person, pruned: list[str], texts: int, cleaned: dict[str, int]) -> dict[str, Any]:
    """Search everything under HEEDLINE_HOME, close the request, keep the proof.

    Raises:
        NotErased: the person is still somewhere; the request stays open.
    """
    found = Search(person).everywhere()
    raw = search_bytes(person)
    if raw.hits:
        found.found.append(f"warehouse bytes, uncompressed: {raw.hits} times")
    if found.found:
        places = "; ".join(found.found[:20])
        more = f" and {len(found.found) - 20} more places" if len(found.found) > 20 else ""
        raise NotErased(
            f"request {person.request}: still found in {len(found.found)} places: {places}{more}; "
            "the request stays open: mend the place and run `heedline erase --replay`"
        )
    request = person.request
    with warehouse() as connection:
        rows = connection.execute(
            "select coalesce(max(removed), 0), coalesce(max(rewritten), 0) from ops.erasures "
            "where request_id = ?",
            [request],
        ).fetchall()
        removed, rewritten = rows[0]
        proof = Proof(
            request,
            iso(wall_now()),
            removed,
            rewritten,
            pruned,
            texts,
            cleaned,
            *(found.files, found.tables, found.rows, found.bytes),
            raw.bytes,
            raw.literals,
            raw.left_out,
        )
        connection.execute(
            "update ops.erasures set finished_at = ? where request_id = ?", [wall_now(), request]
        )
    requests.close(request, asdict(proof))
    log.info("erase: request %s proved: %d files, nothing found", request, proof.files)
    return asdict(proof)
