"""The ids of HubSpot's living records, for the audit: by the plain lists, not by the search that
the pull goes by and that learns late."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.hubspot.crm import VERSION, Crm, modified, moment, signed_in


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    feedback: bool = True,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until` and is neither archived nor merged away.

    Raises SourceError.
    """
    crm = Crm(signed_in(credentials))
    first, last = moment(start_at) or 0, until.timestamp() * 1000

    def alive(kind: str, since: int = 0) -> Iterator[str]:
        stamp = modified(kind)
        for rows in crm.listed(f"crm/objects/{VERSION}/{kind}", properties=stamp):
            for row in rows:
                changed = moment((row.get("properties") or {}).get(stamp) or row.get("updatedAt"))
                if (moment(row.get("createdAt")) or 0) < last and (changed or 0) >= since:
                    yield str(row["id"])

    found = {
        "contacts": alive("contacts"),
        "companies": alive("companies"),
        "tickets": alive("tickets", first),
    }
    if feedback:
        found["feedback_submissions"] = alive("feedback_submissions", first)
    return found
