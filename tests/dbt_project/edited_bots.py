"""People who were left to a bot, and whom an agent reached in another conversation of theirs."""

from datetime import datetime, timedelta

from tests.dbt_project.edited_company import Edited, iso


def leave_to_bots(edited: Edited, first: datetime) -> None:
    """Until the first build: of one the time to decide is not over, of the other it is."""
    for name, days in (("soon reached", 2), ("found late", 10)):
        edited.company.add("contacts", contact_id=name, name=name)
        _talk(edited, name, "chatbot", first - timedelta(days=days, hours=12))
    _reach(edited, "soon reached", first - timedelta(days=2))
    # The bot's time begins with their last word.
    edited.company.said("found late chatbot", iso(first - timedelta(days=8)), "customer",
                        message_id="found late word", body="text number 1")  # fmt: skip


def find_late(edited: Edited, first: datetime) -> None:
    """An agent had reached the other one in time, as a later load says."""
    _reach(edited, "found late", first - timedelta(days=6))


def _reach(edited: Edited, name: str, at: datetime) -> None:
    _talk(edited, name, "email", at)
    edited.company.said(f"{name} email", iso(at + timedelta(hours=1)), "agent", author_id="a1",
                        message_id=f"{name} answer", body="text number 2")  # fmt: skip


def _talk(edited: Edited, name: str, channel: str, at: datetime) -> None:
    conversation = f"{name} {channel}"
    edited.company.add(
        "conversations", conversation_id=conversation, opened_at=iso(at), channel=channel,
        contact_id=name, updated_at=iso(at),
    )  # fmt: skip
    solved = iso(at + timedelta(hours=3))
    edited.company.status(conversation, solved, "solved", event_id=f"{conversation} solved")
