"""What the sample Zendesk is filled with in Chat."""

from typing import Any

from fastapi import FastAPI

from sample.servers.zendesk_chat import TOKEN
from tests.connectors.slices import Row

EXTRA = {"chat_token": TOKEN}
SETTINGS: dict[str, Any] = {"products": ["chat"]}
UMA, ROBOT = 9001, 9000


def said(minute: int, nick: str, words: str | None, **more: Any) -> Row:
    """An entry of a history: a message, unless `type` says what else."""
    at = f"2026-05-20T10:{minute:02d}:00Z"
    name = nick.partition(":")[0].title()
    return {"type": "chat.msg", "name": name, "nick": nick, "msg": words, "timestamp": at, **more}


def visitor(number: int, **changes: Any) -> Row:
    own = {"id": f"2104.{number}", "name": f"Visitor {10**7 + number}", "email": "", "phone": ""}
    return own | {"notes": ""} | changes


def chat(number: int, *history: Row, **changes: Any) -> Row:
    """A chat of ten minutes on 20 May; it changed last an hour after it began."""
    return {
        "id": f"2605.2104.chat{number}",
        "type": "chat",
        "timestamp": "2026-05-20T10:00:00Z",
        "update_timestamp": f"2026-05-20T11:00:{number:02d}Z",
        "duration": 600,
        "started_by": "visitor",
        "visitor": visitor(number),
        "department_id": None,
        "department_name": None,
        "history": list(history),
        "missed": False,
        "unread": False,
        "deleted": False,
        "rating": None,
        "comment": None,
        "tags": [],
        "session": {"id": f"s{number}", "country_code": "GB", "end_date": "2026-05-20T12:00:00Z"},
        "zendesk_ticket_id": None,
    } | changes


def offline(number: int, words: str, **changes: Any) -> Row:
    left = chat(number, type="offline_msg", message=words, **changes)
    for name in ("history", "duration", "missed", "rating", "comment"):
        del left[name]
    return left


def agent(number: int, name: str, email: str) -> Row:
    at = "2025-01-01T00:00:00Z"
    return {"id": number, "display_name": name, "email": email, "enabled": True, "create_date": at}


def fill(api: FastAPI) -> None:
    """Answered, by a bot only, missed, of a ticket, deleted; two offline messages."""
    answered = [
        said(0, "visitor", None, type="chat.memberjoin"),
        said(0, "visitor", "my parcel is lost"),
        said(1, "agent:trigger", "please hold the line"),
        said(3, f"agent:{UMA}", "let me look"),
        said(8, "visitor", None, type="chat.rating", new_rating="good"),
    ]
    became_a_ticket = [
        said(0, "visitor", "it broke", timestamp="2026-05-01T08:45:00Z"),
        said(2, "agent:41", "sorry", timestamp="2026-05-01T08:47:00Z"),
    ]
    (robot,) = (user for user in api.state.records.users if user["id"] == ROBOT)
    robot["email"] = "robot@fernhill.example"
    ann = visitor(1, name="Ann Fern", email="ann@fern.example", phone="+4430300003")
    team = {"department_id": 77, "department_name": "Care"}
    api.state.chat.agents += [
        agent(UMA, "Uma", "uma@fernhill.example"),
        # From before Chat's agents had Support's numbers.
        agent(41, "Uma", "UMA@fernhill.example"),
        agent(42, "Guest", "guest@elsewhere.example"),
    ]
    api.state.chat.chats += [
        chat(1, *answered, visitor=ann, rating="good", comment="quick", tags=["parcel"], **team),
        chat(2, said(0, "visitor", "hello"), said(1, f"agent:{ROBOT}", "beep")),
        chat(3, said(0, "visitor", "anybody?"), missed=True),
        chat(
            4, *became_a_ticket, timestamp="2026-05-01T08:45:00Z", rating="bad", zendesk_ticket_id=1
        ),
        chat(5, said(0, "visitor", "secret words"), deleted=True),
        offline(6, "call me", unread=True),
        offline(7, "a question", zendesk_ticket_id=999),
    ]
