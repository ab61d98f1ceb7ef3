"""What vendors count themselves: kept by a connector in its resource's state, read here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.clock import iso, parse_as_of
from warehouse.settings import settings

# Between reading and counting, records come and go.
_ALWAYS_ALLOWED, _ALLOWED_PER_MILLE = 2, 1


@dataclass(frozen=True)
class Counted:
    """The vendor's count of a resource, as the connector kept it."""

    number: int
    at: datetime
    exact: bool
    since: str | None
    until: str | None
    among: list[str] | None


def allowed(number: int) -> int:
    """How many rows more or fewer than the vendor's count are no difference."""
    return max(_ALWAYS_ALLOWED, number * _ALLOWED_PER_MILLE // 1000)


def vendor_count(
    number: int,
    *,
    exact: bool = True,
    since: str | None = None,
    until: str | None = None,
    among: Iterable[str] | None = None,
) -> dict[str, Any]:
    """What a connector keeps in its resource's state as `vendor_count`.

    Args:
        exact: False where the vendor only estimates, or counted more than its own list gave just
            now; a gap is shown then, and fails nothing.
        since: for `$since` in `reconciled.counted` of resources.yml; `until` likewise.
        among: for `$among`, a list: which surveys, which apps were counted.
    """
    said = {"counted_at": iso(datetime.now(UTC)), "count": number, "exact": exact}
    bounds = {"since": since, "until": until, "among": None if among is None else sorted(among)}
    return said | {name: value for name, value in bounds.items() if value is not None}


def kept_states(source: str) -> dict[str, dict[str, Any]]:
    """What the resources of a source keep between pulls (cursors, counts), by resource."""
    file = _state_file(source)
    if not file.exists():
        return {}
    told = json.loads(file.read_text()).get("sources", {}).get(source, {})
    states: dict[str, dict[str, Any]] = told.get("resources", {})
    return states


def last_pull(source: str) -> datetime | None:
    """When the last pull of a source ended; None before the first."""
    file = _state_file(source)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None


def _state_file(source: str) -> Path:
    return settings().dlt / f"{source}_landing" / "state.json"


def vendor_counts(source: str) -> dict[str, Counted]:
    """The newest count of every resource whose vendor gives one."""
    return {
        name: Counted(
            int(said["count"]),
            parse_as_of(said["counted_at"]),
            bool(said.get("exact", True)),
            said.get("since"),
            said.get("until"),
            said.get("among"),
        )
        for name, state in kept_states(source).items()
        if (said := state.get("vendor_count"))
    }
