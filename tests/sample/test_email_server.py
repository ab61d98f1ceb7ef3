"""The sample mailbox: a real IMAP server; its mails carry the world's words, always the same."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from imap_tools import MailBoxUnencrypted
from imap_tools.errors import MailboxLoginError

from sample.generator.tables import WORLD, schema
from sample.servers.email import start
from sample.servers.email_letters import body, letters

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ROOT, ANSWER = "r1@mail.fernhill.example", "r2@mail.fernhill.example"
TABLES = {
    "agents": [{"agent_id": "A1", "name": "Uma Day", "email": "uma@fernhill.example"}],
    "identities": [{"system": "email", "remote_id": "ann@x.example", "name": "Ann Lée"}],
    "conversations": [
        {
            "system": "email",
            "remote_id": ROOT,
            "identity_remote_id": "ann@x.example",
            "subject": "Grüne Töpfe",
        }
    ],
    "messages": [
        {
            "system": "email",
            "conversation_remote_id": ROOT,
            "remote_id": name,
            "sent_at": T0 + timedelta(hours=hour),
            "author_type": author,
            "author_agent_id": "A1" if author == "agent" else None,
            "is_public": public,
            "body": body,
        }
        for name, hour, author, public, body in (
            (ROOT, 0, "customer", True, "Es ist kaputt"),
            ("note@mail.fernhill.example", 1, "agent", False, "only for us"),
            (ANSWER, 2, "agent", True, "Sorry"),
        )
    ],
}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    for name, rows in TABLES.items():
        kept = pa.Table.from_pylist(rows, schema=schema(WORLD[name]))
        pq.write_table(kept, tmp_path / f"{name}.parquet")
    return tmp_path


def test_thread_is_named_by_its_first_mail_and_answers_refer_to_it(world: Path) -> None:
    folders = letters(world)
    first = message_from_bytes(folders["INBOX"][0][1])
    (sent,) = [message_from_bytes(raw) for _, raw in folders["Sent"]]
    assert first["Message-ID"] == f"<{ROOT}>"
    assert sent["Message-ID"] == f"<{ANSWER}>"
    assert sent["References"] == sent["In-Reply-To"] == f"<{ROOT}>"
    text = sent.get_payload(decode=True).decode()
    assert text.startswith("Sorry")
    assert "> Es ist kaputt" in text


def test_same_world_gives_the_same_bytes(world: Path) -> None:
    assert letters(world) == letters(world)


@pytest.mark.parametrize("odd", [0, 150, 320, 360, 385, 395], ids=str)
def test_a_mail_of_any_form_is_the_same_bytes_again(odd: int) -> None:
    assert body("Hi", "Hi", odd).as_bytes() == body("Hi", "Hi", odd).as_bytes()


def test_internal_notes_are_no_mail(world: Path) -> None:
    assert not any(b"only for us" in raw for mails in letters(world).values() for _, raw in mails)


def test_restarted_server_is_the_same_mailbox_and_refuses_a_wrong_password(world: Path) -> None:
    seen = []
    for _ in range(2):
        uri, stop = start(world)
        parts = urlsplit(uri)
        user, secret = unquote(parts.username or ""), unquote(parts.password or "")
        with MailBoxUnencrypted("127.0.0.1", parts.port or 0).login(user, secret) as box:
            seen.append((box.folder.status("INBOX")["UIDVALIDITY"], box.uids("ALL")))
            assert {folder.name for folder in box.folder.list()} == {"INBOX", "Sent"}
        with (
            pytest.raises(MailboxLoginError),
            MailBoxUnencrypted("127.0.0.1", parts.port or 0).login(user, "wrong"),
        ):
            pass
        stop()
    assert seen[0] == seen[1]
    # one mail of the customer, five beyond repair
    assert len(seen[0][1]) == 6
