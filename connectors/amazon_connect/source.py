"""Contacts with their transcripts, agents and queues of one Amazon Connect instance.

Which contacts are looked at: `contacts.py`. What was said: `transcripts.py`. Both follow from one
walk over the searches, since AWS allows few of them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.amazon_connect.aws import NAME, Row, open_aws
from connectors.amazon_connect.contacts import Known, Search, follow
from connectors.amazon_connect.transcripts import Awaited, Bucket, Place, RealTime
from connectors.contract import Credentials, SourceError, resources
from connectors.seen import Seen
from warehouse.clock import BadTimestamp, parse_as_of, wall_now

# Not landed: it feeds the two resources that are.
WALK: Row = {"name": "followed", "selected": False}


def source(
    credentials: Credentials,
    *,
    start_at: str = "2024-12-01T00:00:00Z",
    lookback_hours: int = 24,
    settle_minutes: int = 60,
    window_days: float = 7,
    most_per_search: int = 10_000,
    transcripts: str = "real_time",
    bucket: str = "",
    prefix: str = "Analysis",
    redacted: bool = False,
    transcript_hours: int = 48,
    attributes: dict[str, str] | None = None,
    external_ids: dict[str, str] | None = None,
    attempts: int = 8,
) -> DltSource:
    """The dlt source; nothing is requested until it is run.

    Args:
        credentials: see `aws.open_aws`.
        start_at: contacts that ended before this are not read (AWS keeps them for two years).
        lookback_hours: before the newest end known, searched again on each run.
        settle_minutes: a contact is described again until it has been over for as long.
        window_days: longest stretch of one search.
        most_per_search: a stretch with more contacts is halved.
        transcripts: `s3`, `real_time` or `none`.
        bucket: of the Contact Lens files (for `s3`); `prefix` is the folder of `Voice` and `Chat`.
        redacted: read the redacted files instead of the original ones.
        transcript_hours: how long after its end a contact's transcript is waited for.
        attributes: contact attributes that say who the customer is: `email` and `name` → the
            attribute's key. They land as `declared_email`, `declared_name`.
        external_ids: system → contact attribute that holds the customer's id there; they land as
            `declared_external_ids`.
        attempts: tries of one request, the first included.

    Raises:
        SourceError: the connection is not complete, or a setting cannot be followed.
    """
    try:
        start = parse_as_of(start_at)
    except BadTimestamp as error:
        remedy = "correct start_at in channels.yml"
        raise SourceError(NAME, "settings", str(error), remedy) from None
    if transcripts not in {"s3", "real_time", "none"} or (transcripts == "s3" and not bucket):
        remedy = "write s3 (and the bucket), real_time or none in channels.yml"
        raise SourceError(NAME, "settings", "transcripts come from nowhere", remedy)
    aws, hints = open_aws(credentials, attempts), resources(NAME)
    lookback, settle = timedelta(hours=lookback_hours), timedelta(minutes=settle_minutes)
    place: Place = Bucket(aws, bucket, prefix, redacted) if transcripts == "s3" else RealTime(aws)

    @dlt.resource(**WALK)
    def followed() -> Iterator[Row]:
        # The state is of `contacts`: who has that read from its start means this walk.
        state = dlt.current.resource_state("contacts")
        now = wall_now() + timedelta(seconds=1)
        search = Search(aws, timedelta(days=window_days), most_per_search)
        known = Known(aws, state, now, settle)
        for row, fresh in follow(search, known, state, start=start, now=now, lookback=lookback):
            yield {"contact": row, "fresh": fresh}
        yield {"now": now}

    @dlt.transformer(data_from=followed, name="contacts", **hints["contacts"].dlt_hints())
    def contacts(item: Row) -> Iterator[Row]:
        if item.get("fresh"):
            yield declared(item["contact"], attributes or {}, external_ids or {})

    @dlt.transformer(data_from=followed, name="transcripts", **hints["transcripts"].dlt_hints())
    def spoken(item: Row) -> Iterator[Row]:
        if transcripts == "none":
            return
        patience = timedelta(hours=transcript_hours)
        awaited = Awaited(place, dlt.current.resource_state(), patience)
        if "now" in item:
            yield from awaited.arrived(item["now"])
        elif item["fresh"]:
            awaited.add(item["contact"])

    def listed(name: str, operation: str, key: str, **asked: Any) -> Any:
        @dlt.resource(name=name, **hints[name].dlt_hints())
        def rows() -> Iterator[list[Row]]:
            # These carry no reliable time of change: what is as it was is dropped.
            seen = Seen(dlt.current.resource_state())
            for page in aws.pages(aws.connect, operation, key, InstanceId=aws.instance, **asked):
                fresh = seen.fresh(({**row, "_at": 0} for row in page), "Id", "_at")
                yield [{k: v for k, v in row.items() if k != "_at"} for row in fresh]

        return rows

    @dlt.source(name=NAME, max_table_nesting=0)
    def amazon_connect() -> Any:
        return [
            followed,
            contacts,
            spoken,
            listed("users", "search_users", "Users", MaxResults=500),
            listed("queues", "list_queues", "QueueSummaryList", QueueTypes=["STANDARD"]),
        ]

    return amazon_connect()


def declared(row: Row, attributes: dict[str, str], external_ids: dict[str, str]) -> Row:
    """The contact with what its attributes say of the customer."""
    told = row.get("Attributes") or {}
    found = {system: told[key] for system, key in external_ids.items() if told.get(key)}
    named = {f"declared_{what}": told.get(attributes.get(what)) for what in ("email", "name")}
    return {**row, **named, "declared_external_ids": found}
