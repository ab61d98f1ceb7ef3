"""The ids of what lives in Salesforce, for the audit: a bulk query of three fields an object."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Credentials
from connectors.salesforce.bulk import Bulk, sign_in
from connectors.salesforce.fields import soql
from connectors.salesforce.objects import BY_NAME, SObject
from warehouse.clock import iso, parse_as_of

_FIELDS = ("Id", "IsDeleted", "CreatedDate")
_ALWAYS = (SObject("Account", "account", _FIELDS), SObject("Contact", "contact", _FIELDS))


def ids(
    credentials: Credentials,
    until: datetime,
    *,
    start_at: str = "2020-01-01T00:00:00Z",
    api_version: str = "61.0",
    objects: Sequence[str] = (),
    max_records: int = 50_000,
    poll_seconds: float = 0.25,
    **_: Any,
) -> dict[str, Iterator[str]]:
    """Ids by resource of what was made before `until` and is not deleted. Raises SourceError."""
    session, start = sign_in(credentials), iso(parse_as_of(start_at))

    def alive(obj: str) -> Iterator[str]:
        bulk = Bulk(
            *session, version=api_version, max_records=max_records, poll_seconds=poll_seconds
        )
        for rows in bulk.query_all(obj, soql(obj, _FIELDS, start)):
            for row in rows:
                if row["IsDeleted"] != "true" and parse_as_of(row["CreatedDate"]) < until:
                    yield str(row["Id"])

    chosen = (*_ALWAYS, *(BY_NAME[name] for name in dict.fromkeys(objects)))
    return {obj.resource: alive(obj.name) for obj in chosen}
