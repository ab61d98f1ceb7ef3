"""Freshdesk records that the connector's tests tell their stories with, and one pull of them."""

from typing import Any

from connectors.contract import Credentials
from connectors.freshdesk.source import source
from connectors.http import Policy
from tests.connectors.slices import Row, at, extract, raw
from warehouse.clock import iso

KEY = "fd-sample-0c7d5e91ab"
ANN, JOE, UMA, LEE = 11, 12, 7, 8


def when(day: int, hour: int = 9, minute: int = 0) -> str:
    """In May 2026, as Freshdesk writes it."""
    return iso(at(f"2026-05-{day:02d} {hour:02d}:{minute:02d}"))


def ticket(id_: int, **changes: Any) -> Row:
    """Opened by Ann at nine on that day of May, by mail."""
    opened = when(id_ % 28 + 1)
    return {
        "id": id_,
        "subject": f"Ticket {id_}",
        "description": "<p>help</p>",
        "description_text": "help",
        "status": 2,
        "priority": 1,
        "source": 1,
        "requester_id": ANN,
        "responder_id": UMA,
        "group_id": 1,
        "product_id": None,
        "spam": False,
        "tags": ["delivery"],
        "stats": {"status_updated_at": opened},
        "created_at": opened,
        "updated_at": opened,
    } | changes


def reply(id_: int, at_: str, by: int = UMA, **changes: Any) -> Row:
    own = {"incoming": by in (ANN, JOE), "private": False, "source": 0, "auto_response": False}
    text = f"words {id_}"
    return own | {"id": id_, "user_id": by, "body_text": text, "created_at": at_} | changes


def dated(id_: int, **own: Any) -> Row:
    return {"id": id_, "created_at": when(1), "updated_at": when(1)} | own


def pull(login: Credentials, **settings: Any) -> dict[str, int]:
    policy = Policy(attempts=3, sleep=lambda _: None)
    return extract("freshdesk", source(login, policy=policy, **settings))


def held(columns: str = "id") -> list[Any]:
    rows = raw(f"select {columns} from raw_freshdesk.tickets order by id")
    return [row[0] if len(row) == 1 else row for row in rows]
