"""Drift's export: API shapes in files, each content once, bad lines set aside, and the staging."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import SourceError
from connectors.drift.source import kind_of, source
from connectors.registry import Channel
from tests.connectors.slices import at, build_staging, extract, load, raw, staged

T0 = 1_777_593_600_000  # 2026-05-01T00:00:00Z
ANN = {
    "id": 16344778575,
    "createdAt": T0,
    "attributes": {"email": "ann@x.example", "name": "Ann Bell", "externalId": "F-1", "events": {}},
}
CHAT = {
    "id": 501,
    "contactId": 16344778575,
    "status": "closed",
    "createdAt": T0,
    "updatedAt": T0 + 600_000,
    "inboxId": 7,
    "participants": [5],
    "conversationTags": [{"color": "00ff00", "name": "vip"}],
}


def message(number: int, author: dict[str, Any], body: str, **more: Any) -> dict[str, Any]:
    made = {"id": f"m{number}", "conversationId": 501, "createdAt": T0 + number * 60_000}
    return {**made, "type": "chat", "author": author, "body": body, **more}


BY_ANN = {"id": 16344778575, "type": "contact", "bot": False}
BY_BOB = {"id": 5, "type": "user", "bot": False}
BY_BOT = {"id": 6, "type": "user", "bot": True}
SAID = [
    message(1, BY_ANN, "<p>It is <b>broken</b></p>"),
    message(2, BY_BOT, "One moment"),
    message(3, BY_BOB, "Let me look &amp; see"),
    message(4, BY_BOB, "a hard one", type="private_note"),
    message(5, BY_BOB, "", buttons=[{"label": "yes"}]),
]


def write(folder: Path, name: str, *documents: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    text = "\n".join(d if isinstance(d, str) else json.dumps(d) for d in documents) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """All shapes: bare records by line, an API list, a conversation's messages, compressed."""
    folder = tmp_path / "export"
    write(folder, "contacts.jsonl", {"data": ANN})
    write(folder, "conversations_1.json", {"data": [CHAT]})
    write(folder, "messages-501.jsonl.gz", {"data": {"messages": SAID[:4]}}, SAID[4])
    write(folder, "users.jsonl", {"id": 5, "name": "Bob", "email": "Bob@x.example", "bot": False})
    write(folder, "notes.txt", "not ours")
    return folder


def pull(folder: Path) -> dict[str, int]:
    return extract("drift", source(folder=str(folder)))


def test_every_shape_lands_and_no_content_is_read_twice(export: Path) -> None:
    assert pull(export) == {"contacts": 1, "conversations": 1, "messages": 5, "users": 1}
    accounts = load("drift")
    assert {a.resource: (a.accepted, a.quarantined) for a in accounts.values()} == {
        "contacts": (1, 0),
        "conversations": (1, 0),
        "messages": (5, 0),
        "users": (1, 0),
    }
    assert pull(export) == {}
    # The same content under another name is known; more of it in another file is merged.
    write(export, "contacts_copy.jsonl", {"data": ANN})
    write(export, "messages_all.json", {"data": {"messages": SAID}})
    assert pull(export) == {"messages": 5}
    again = load("drift")["messages"]
    assert (again.received, again.accepted, again.duplicates) == (5, 0, 5)


def test_an_older_state_of_a_conversation_in_a_later_file_changes_nothing(export: Path) -> None:
    pull(export)
    write(export, "conversations_0.jsonl", {**CHAT, "status": "open", "updatedAt": T0})
    write(export, "conversations_2.jsonl", {**CHAT, "status": "pending", "updatedAt": T0 + 900_000})
    pull(export)
    load("drift")
    assert raw("select status from raw_drift.conversations") == [("pending",)]


def test_malformed_lines_are_set_aside_with_their_reason_and_the_rest_is_taken(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "export"
    write(
        *(folder, "messages.jsonl"),
        *(SAID[0], '{"id": "m9", "conversationId"', "[1, 2]", "", {"id": "m8", "type": "chat"}),
        {**SAID[2], "id": None},
        {**SAID[2], "createdAt": T0 // 1000},
    )
    cut = write(folder, "contacts.json.gz", {"data": [ANN]})
    cut.write_bytes(cut.read_bytes()[:40])
    pull(folder)
    accounts = load("drift")
    told = accounts["messages"]
    assert (told.received, told.accepted, told.quarantined, told.duplicates) == (7, 1, 6, 0)
    reasons = raw("select reason, row from quarantine.drift__messages order by reason")
    text = " ".join(reason for reason, _ in reasons)
    for part in (
        "not JSON",
        "not a record",
        "belongs to no conversation",
        "without id",
        "seconds?",
    ):
        assert part in text
    assert any('"export_line":2' in row.replace(" ", "") for _, row in reasons)
    ((reason,),) = raw("select reason from quarantine.drift__contacts")
    assert "breaks off" in reason


def test_a_folder_needs_no_connection() -> None:
    assert not Channel(name="drift").needs_credentials


def test_a_file_is_told_by_its_name() -> None:
    assert kind_of("Conversations-2023.JSONL") == "conversations"
    assert kind_of("messages.json.gz") == "messages"
    assert (kind_of("contacts.csv"), kind_of("readme.json")) == ("", "")


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_without_a_folder_one_line_says_so(folder: str) -> None:
    with pytest.raises(SourceError, match=r"no such folder; name the folder .*drift\.settings"):
        source(folder=folder)


def test_staging_gives_the_unified_entities(export: Path) -> None:
    write(
        *(export, "conversations_bot.jsonl"),
        {**CHAT, "id": 502, "status": "open", "conversationTags": []},
    )
    write(export, "messages_bot.jsonl", {**SAID[1], "id": "m20", "conversationId": 502})
    pull(export)
    assert all(account.quarantined == 0 for account in load("drift").values())
    build_staging("drift")
    (ann,) = staged("drift", "contacts").values()
    assert (ann["remote_id"], ann["name"], ann["email"], ann["external_ids"]) == (
        *("16344778575", "Ann Bell", "ann@x.example", '{"account":"F-1"}'),
    )
    agents = staged("drift", "agents")
    assert {key: (row["name"], row["email"], row["role"]) for key, row in agents.items()} == {
        "5": ("Bob", "bob@x.example", "agent"),
        "6": (None, None, "bot"),
    }
    told = staged("drift", "conversations")
    names = ("channel", "status", "contact_remote_id", "assignee_agent_remote_id", "tags")
    assert {key: tuple(row[name] for name in names) for key, row in told.items()} == {
        "501": ("chat", "closed", "16344778575", "5", '["vip"]'),
        "502": ("chatbot", "open", "16344778575", None, "[]"),
    }
    assert told["501"]["opened_at"] == at("2026-05-01 00:00")
    said = staged("drift", "messages")
    names = ("author_type", "author_remote_id", "is_public", "body")
    assert {key: tuple(row[name] for name in names) for key, row in said.items()} == {
        "m1": ("customer", "16344778575", True, "It is broken"),
        "m2": ("bot", "6", True, "One moment"),
        "m3": ("agent", "5", True, "Let me look & see"),
        "m4": ("agent", "5", False, "a hard one"),
        "m20": ("bot", "6", True, "One moment"),
    }
