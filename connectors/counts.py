"""What vendors count themselves: kept by a connector in its resource's state, read here."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse.clock import iso, parse_as_of
from warehouse.settings import settings


@dataclass(frozen=True)
class Counted:
    """The vendor's count of a resource, as the connector kept it."""

    number: int
    at: datetime
    exact: bool
    since: str | None
    until: str | None


def vendor_count(
    number: int, *, exact: bool = True, since: str | None = None, until: str | None = None
) -> dict[str, Any]:
    """What a connector keeps in its resource's state as `vendor_count`.

    Args:
        exact: False where the vendor says itself that it only estimates; a gap is shown then, and
            fails nothing.
        since: for `$since` in `reconciled.counted` of resources.yml; `until` likewise.
    """
    said = {"counted_at": iso(datetime.now(UTC)), "count": number, "exact": exact}
    return said | {k: v for k, v in {"since": since, "until": until}.items() if v is not None}


def vendor_counts(source: str) -> dict[str, Counted]:
    """The newest count of every resource whose vendor gives one."""
    file = settings().dlt / f"{source}_landing" / "state.json"
    if not file.exists():
        return {}
    kept = json.loads(file.read_text()).get("sources", {}).get(source, {}).get("resources", {})
    return {
        name: Counted(
            int(said["count"]),
            parse_as_of(said["counted_at"]),
            bool(said.get("exact", True)),
            said.get("since"),
            said.get("until"),
        )
        for name, state in kept.items()
        if (said := state.get("vendor_count"))
    }
