"""Requests under way: the one place that still knows the person in plain, until the proof.

`privacy/requests/<id>.json` is written before anything is removed, so that a killed erasure is
finished by the next one, and removed when the proof has been given. `privacy/proofs/<id>.json`
stays: what was searched, and that nothing was found; nothing of the person.
"""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from connectors.ledger import folder, write_private
from privacy.people import Person
from warehouse.clock import wall_now
from warehouse.durable import sync


def new_id() -> str:
    """`20260630T120000-1a2b3c4d`: when, and a random part; says nothing of who."""
    return f"{wall_now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def _path(request: str) -> Path:
    return folder() / "requests" / f"{request}.json"


def proofs() -> Path:
    """The folder of proofs."""
    return folder() / "proofs"


def open_requests() -> list[str]:
    """Requests not proved yet, oldest first."""
    return sorted(p.stem for p in (folder() / "requests").glob("*.json"))


def keep(person: Person) -> None:
    """Write a request down, durably, readable by its owner only."""
    write_private(_path(person.request), person.to_json())


def read(request: str) -> Person | None:
    """The person of an open request."""
    path = _path(request)
    return Person.from_json(path.read_text()) if path.exists() else None


def close(request: str, proof: dict[str, Any]) -> Path:
    """Keep the proof, forget the person; the proof's path."""
    target = proofs() / f"{request}.json"
    write_private(target, json.dumps(proof, indent=2))
    path = _path(request)
    if path.exists():
        # What it said is overwritten before its name goes.
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
        sync(path)
        path.unlink()
        sync(path.parent)
    return target
