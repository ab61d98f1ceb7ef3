"""Mail archives: how an mbox is split, what is set aside, and that its mails meet those of IMAP."""

import gzip
import mailbox as python_mailbox
import re
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Credentials, SourceError
from connectors.email import mbox
from connectors.email.letter import row_of
from connectors.email.source import source
from connectors.landing import land
from connectors.registry import Channel
from tests.connectors.slices import build_staging, load, raw
from tests.connectors.test_email import T0, Mailbox, folders, mailbox

__all__ = ["mailbox"]  # the fixture

CORPUS = Path(__file__).resolve().parents[3] / "shared/data/apis/email"
SEPARATOR = b"From ann@x.example Mon Jun  1 09:00:00 2026\n"
HEAD = b"From: ann@x.example\nTo: care@fernhill.example\nDate: Mon, 1 Jun 2026 09:00:00 +0000\n"
LETTER = HEAD + b"Message-ID: <one@x>\nSubject: Pot\n\nHello\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty drop folder that the environment names."""
    made = tmp_path / "drop"
    made.mkdir()
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(made))
    return made


def extract(**settings: Any) -> dict[str, int]:
    """What a channel without mailboxes lands."""
    given = {"mailboxes": [], "own_domains": ["fernhill.example"], **settings}
    return land("email", source(Credentials(base_url=""), **given)).rows


def written(path: Path, mails: list[bytes]) -> Path:
    """The mails as Python's mailbox writes them (From lines, `>From `)."""
    box = python_mailbox.mbox(path, create=True)
    for raw_mail in mails:
        box.add(message_from_bytes(raw_mail))
    box.close()
    return path


def split(path: Path) -> list[bytes]:
    return [letter.raw for letter in mbox.letters(path)]


def files() -> list[tuple[Any, ...]]:
    return raw("select file, status, mails, message from raw_email.mbox_files order by 1")


def test_an_archive_gives_the_rows_threads_and_people_that_imap_gives(folder: Path) -> None:
    boxes = folders()
    written(folder / "inbox.mbox", [text for _, text in boxes["INBOX"]])
    sent = written(folder / "sent.mbox", [text for _, text in boxes["Sent"]])
    (folder / "sent.mbox.gz").write_bytes(gzip.compress(sent.read_bytes()))
    sent.unlink()
    assert extract() == {"messages": 8, "mbox_files": 2}
    account = load("email")["messages"]
    assert (account.received, account.accepted, account.quarantined) == (8, 8, 0)
    build_staging("email", T0 + timedelta(days=10))
    assert raw(
        "select conversation_remote_id, author_type, body from staging.stg_email__messages "
        "order by sent_at"
    ) == [
        ("a1@x", "customer", "It broke"),
        ("a1@x", "agent", "Sorry"),
        ("a1@x", "bot", "Away"),
        ("a1@x", "customer", "Still so"),
        ("a1@x", "customer", "Hello?"),
        ("b1@x", "customer", "Where is it?"),
        ("b1@x", "agent", "Today"),
        ("c1@x", "customer", "New here"),
    ]
    assert extract() == {}


def test_a_mail_in_a_mailbox_and_in_an_archive_is_one_row(folder: Path, mailbox: Mailbox) -> None:
    credentials, inbox = mailbox.serve(folders()), folders()["INBOX"]
    older = LETTER.replace(b"\n", b"\r\n")
    written(folder / "all.mbox", [*(text for _, text in inbox), older])
    assert land("email", source(credentials)).rows == {"messages": 13, "mbox_files": 1}
    account = load("email")["messages"]
    assert (account.accepted, account.duplicates) == (7, 6)
    assert raw("select count(*) from raw_email.messages") == [(7,)]


def test_a_file_is_read_once_and_again_when_it_grew(folder: Path) -> None:
    path = folder / "a.mbox"
    path.write_bytes(SEPARATOR + LETTER)
    assert extract()["messages"] == 1
    (folder / "copy.mbox").write_bytes(SEPARATOR + LETTER)
    assert extract() == {"mbox_files": 1}
    with path.open("ab") as file:
        file.write(b"\n" + SEPARATOR + LETTER.replace(b"one@x", b"two@x"))
    assert extract()["messages"] == 2
    account = load("email")["messages"]
    assert (account.accepted, account.duplicates) == (1, 1)  # of the last load
    assert ("copy.mbox", "ignored") in [row[:2] for row in files()]


@pytest.mark.parametrize(
    "separator",
    [
        SEPARATOR,
        b"From - Mon Jun 01 09:00:00 2026\r\n",  # Thunderbird
        b"From 1782345@xxx Mon Jun 01 09:00:00 +0000 2026\n",  # Gmail
        b"From MAILER-DAEMON Mon Jun  1 09:00 CEST 2026\n",
    ],
)
def test_separators_of_several_programs_are_known(tmp_path: Path, separator: bytes) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes((separator + LETTER + b"\n") * 3)
    assert split(path) == [LETTER] * 3


def test_a_body_that_speaks_of_from_is_not_split_and_loses_its_mark(tmp_path: Path) -> None:
    said = b"\nFrom here on: nothing.\n\nFrom Monday 9:00 we are open\n"
    path = tmp_path / "a.mbox"
    path.write_bytes(SEPARATOR + LETTER + said + b">From us\n>>From them\n")
    assert split(path) == [LETTER + said + b"From us\n>From them\n"]


def test_a_mail_without_headers_is_not_glued_to_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(SEPARATOR + LETTER + b"\n" + SEPARATOR + b"\nlost its head\n")
    assert split(path) == [LETTER, b"\nlost its head\n"]


def test_what_cannot_be_taken_is_set_aside_with_file_number_and_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "LONGEST_LETTER", 2000)
    long = HEAD + b"Message-ID: <long@x>\n\n" + b"x" * 70 * 40
    no_sender = b"Subject: Pot\nMessage-ID: <nobody@x>\n\nHello\n"
    mails = (LETTER, no_sender, long, LETTER.replace(b"one@x", b"two@x"))
    (folder / "a.mbox").write_bytes(b"".join(SEPARATOR + mail + b"\n" for mail in mails))
    (folder / "b.mbox").write_bytes(b"Dear Sir,\nthis is a letter.\n")
    (folder / "c.mbox.gz").write_bytes(gzip.compress((SEPARATOR + LETTER) * 50)[:-20])
    extract()
    account = load("email")["messages"]
    assert (account.received, account.accepted, account.quarantined) == (6, 2, 4)
    reasons = raw("select reason from quarantine.email__messages order by reason")
    said = [reason for (reason,) in reasons]
    for part in (
        "a.mbox mail 3: is longer than 0 MiB; drop it without its attachments",
        "from_address: is missing; no readable sender",
        "b.mbox mail 0: stands before the first From line; is the file an mbox?",
        "c.mbox.gz mail 0: the file cannot be unpacked (EOFError); copy it again",
    ):
        assert any(part in reason for reason in said), (part, said)
    assert [row[:3] for row in files()] == [
        ("a.mbox", "loaded", 4), ("b.mbox", "loaded", 1), ("c.mbox.gz", "refused", 0)
    ]  # fmt: skip


def test_memory_is_that_of_a_letter_and_not_of_the_file(tmp_path: Path) -> None:
    import tracemalloc

    path, body = tmp_path / "a.mbox", b"x" * 70 + b"\n"
    with path.open("wb") as file:
        for _ in range(20):
            file.write(SEPARATOR + LETTER + body * 15_000)
    tracemalloc.start()
    count = sum(1 for _ in mbox.letters(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20
    assert peak < 8 << 20 < path.stat().st_size


def test_own_domains_must_be_said_and_the_folder_must_exist(folder: Path) -> None:
    with pytest.raises(SourceError, match="own_domains is empty"):
        extract(own_domains=[])
    folder.rmdir()
    with pytest.raises(SourceError, match="no such folder; create it"):
        extract()


def test_a_channel_without_mailboxes_needs_no_connection() -> None:
    assert not Channel(name="email", settings={"mailboxes": []}).needs_credentials
    assert Channel(name="email", settings={"own_domains": ["x.example"]}).needs_credentials


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the mail corpus is not on this machine")
def test_the_corpus_as_one_archive_loses_no_mail(folder: Path) -> None:
    mails = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    escaped = [re.sub(rb"(?m)^(>*From )", rb">\1", mail) for mail in mails]
    with (folder / "corpus.mbox").open("wb") as file:
        for mail in escaped:
            file.write(SEPARATOR + mail + b"\n\n")
    assert split(folder / "corpus.mbox") == [mail + b"\n" for mail in mails]
    assert extract()["messages"] == len(mails) > 40
    account = load("email")["messages"]
    assert account.received == account.accepted + account.quarantined + account.duplicates
    # Several mails of the corpus have one Message-ID.
    alone = [row_of(mail, frozenset()) for mail in mails]
    usable = {r["message_id"] for r in alone if r["from_address"] and r["sent_at"]}
    assert 20 < account.accepted <= len(usable)
    assert account.quarantined < 10
