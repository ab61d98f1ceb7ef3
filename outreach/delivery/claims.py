"""Taking from the outbox what is to be sent next, with just the columns that its target names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from outreach.delivery.messages import Entry, Message, stable_key
from outreach.delivery.outbox import newest_list
from outreach.delivery.targets import BadTargets, Target
from outreach.delivery.templates import ID_IN, OF_ENTRY, PLAY, columns_in
from outreach.lists import mart_of
from warehouse.clock import iso
from warehouse.duck import columns_of
from warehouse.placeholders import filled, of_relation
from warehouse.sql import literal

_PLAY_COLUMNS = {
    "play_description": "description",
    "play_owner": "owner_role",
    "play_channel": "channel",
    "play_why": "why",
}


def is_due(connection: duckdb.DuckDBPyConnection, target: Target) -> bool:
    """Whether there is anything to send or to look up."""
    found = connection.execute(
        "select 1 from outreach.outbox where target = ? and list = ? "
        "and status in ('pending', 'failed', 'sending') limit 1",
        [target.name, target.list_],
    )
    return bool(found.fetchall())


def claim(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    now: datetime,
    *,
    most: int,
    done: set[str],
) -> list[Message]:
    """Take messages to send and mark them as under way, those broken off before everything else.

    The caller's transaction makes it one change.

    Args:
        most: messages.
        done: keys of entries that were tried in this run already.

    Raises:
        NoList: the marts have gone on; the next list is not made yet.
        BadTargets: the target names a column that its list does not have.
    """
    as_of = newest_list(connection, target.list_)
    waiting = [row for row in _waiting(connection, target, as_of) if row["key"] not in done]
    under_way: dict[str, list[dict[str, Any]]] = {}
    fresh = []
    for row in waiting:
        if row["status"] == "sending":
            under_way.setdefault(row["message_key"], []).append(row)
        elif row["row"] is not None:
            fresh.append(row)
    groups = [(key, rows, True) for key, rows in under_way.items()]
    if target.batch and fresh:
        key = stable_key("digest", iso(as_of), *sorted(row["key"] for row in fresh))
        groups.append((key, fresh, False))
    elif not target.batch:
        groups += [(row["key"], [row], False) for row in fresh]
    claimed = [
        Message(
            key,
            as_of,
            tuple(Entry(r["key"], r["customer_id"], r["attempts"] + 1, r["row"]) for r in rows),
            repeat,
        )
        for key, rows, repeat in groups[:most]
    ]
    taken = [
        [message.key, message.digest, iso(now), target.name, entry.key]
        for message in claimed
        for entry in message.entries
    ]
    if taken:
        connection.executemany(
            "update outreach.outbox set status = 'sending', attempts = attempts + 1, "
            "message_key = ?, payload_digest = ?, changed_at = ? "
            "where target = ? and idempotency_key = ?",
            taken,
        )
    return claimed


def _waiting(
    connection: duckdb.DuckDBPyConnection, target: Target, as_of: datetime
) -> list[dict[str, Any]]:
    """What is due or under way, in the list's order, each with the columns its target names."""
    named = sorted(set().union(*(columns_in(text) for text in target.templates())))
    mart = mart_of(target.list_)
    columns = columns_of(connection, mart)
    listed = "".join(f", {_source_of(name, columns, target)} as {name}" for name in named)
    cursor = connection.execute(
        f"""
        select outbox.idempotency_key, outbox.customer_id, outbox.attempts, outbox.status,
            outbox.message_key, entry.customer_id is not null{listed}
        from outreach.outbox
        left join outreach.list_entries as entry
            on outbox.list = entry.list and outbox.customer_id = entry.customer_id
            and outbox.occasion = entry.occasion and entry.as_of = $as_of::timestamptz
        left join {mart} as mart on entry.customer_id = mart.customer_id
        left join outreach.plays as play
            on entry.list = play.list and entry.as_of = play.as_of
            and entry.customer_id = play.customer_id
        where outbox.target = $target and outbox.list = $list
            and outbox.status in ('pending', 'failed', 'sending')
        order by entry.position, outbox.idempotency_key
        """,
        {"as_of": iso(as_of), "target": target.name, "list": target.list_},
    )
    found = []
    for key, customer_id, attempts, status, message_key, is_listed, *values in cursor.fetchall():
        row = dict(zip(named, values, strict=True)) if is_listed else None
        found.append(
            {
                "key": key,
                "customer_id": customer_id,
                "attempts": attempts,
                "status": status,
                "message_key": message_key or key,
                "row": row,
            }
        )
    return found


def _source_of(name: str, mart: Iterable[str], target: Target) -> str:
    """Where a column that a template names comes from; `mart`: columns of the list's mart.

    Raises:
        BadTargets: the list has no such column.
    """
    if name == "message":
        return filled("play.message", {**of_relation("mart", mart), "owner": "entry.owner"})
    if name in PLAY:
        return f"play.{_PLAY_COLUMNS.get(name, name)}"
    if name in OF_ENTRY:
        return f"entry.{name}"
    if there := ID_IN.fullmatch(name):
        return (
            "(select min(contact.remote_id) from marts.dim_customer_contacts as contact "
            "where contact.customer_id = entry.customer_id and not contact.is_deleted "
            f"and contact.source_system = {literal(there[1])})"
        )
    if name not in mart:
        raise BadTargets(
            f"targets.{target.name}: the list {target.list_} has no column {name}; "
            "take {" + name + "} out of its texts"
        )
    return f"mart.{name}"
