"""World rows that the tests of both help desks, Zendesk and Intercom, tell their stories with."""

from datetime import datetime
from typing import Any

from tests.connectors.slices import Row, at

UMA = {
    "agent_id": "A1",
    "name": "Uma Day",
    "email": "uma@fernhill.example",
    "team": "Care",
    "role": "agent",
    "active_from": at("2024-01-01 00:00"),
}
FERN = UMA | {"agent_id": "A0", "name": "Fern", "role": "bot", "team": "Bot"}


def ann(system: str, remote_id: str, since: str) -> Row:
    """The customer, as the system knows her."""
    return {
        "system": system,
        "remote_id": remote_id,
        "person_id": "P1",
        "name": "Ann",
        "email": "ann@acme.example",
        "external_id": "FH-1",
        "created_at": at(since),
        "updated_at": at(since),
    }


def conversation(system: str, number: int, **own: Any) -> Row:
    """One that Ann opened at nine on that day of May, last touched at noon."""
    opened = at(f"2026-05-{number:02d} 09:00")
    return {
        "system": system,
        "remote_id": str(number),
        "person_id": "P1",
        "opened_at": opened,
        "updated_at": opened.replace(hour=12),
        "team": "Care",
        "agent_id": "A1",
        "is_spam": False,
    } | own


def message(
    system: str, number: int, id_: int, sent_at: datetime, who: str, public: bool, body: str
) -> Row:
    return {
        "system": system,
        "conversation_remote_id": str(number),
        "remote_id": str(id_),
        "sent_at": sent_at,
        "author_type": who,
        "author_agent_id": {"agent": "A1", "bot": "A0"}.get(who),
        "is_public": public,
        "body": body,
    }


def change(
    system: str, number: int, id_: int, occurred_at: datetime, kind: str, old: Any, new: Any
) -> Row:
    """What Uma did to a conversation."""
    return {
        "system": system,
        "conversation_remote_id": str(number),
        "remote_id": str(id_),
        "occurred_at": occurred_at,
        "event_type": kind,
        "old_value": old,
        "new_value": new,
        "actor_type": "agent",
        "actor_agent_id": "A1",
    }
