"""E-mail: what is fetched and when, faults of the server, and the threads mails end in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.contract import Credentials, SourceError
from connectors.email.source import source
from connectors.landing import complete_loads, land
from connectors.loading import load_pending
from expectations.gate import gate_batch
from sample.servers.email import serve
from sample.servers.logins import LOGINS
from tests.connectors.slices import build_staging
from warehouse.duck import warehouse

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
CARE, UMA, ANN = (
    "care@fernhill.example",
    "Uma Day <uma@fernhill.example>",
    "Ann Lée <Ann@x.example>",
)
Mail = tuple[datetime, bytes]


def mail(day: float, number: str, sender: str, to: str, body: str, **headers: str) -> Mail:
    at = T0 + timedelta(days=day)
    lines = {
        "From": sender,
        "To": to,
        "Subject": headers.pop("Subject", "Broken pot"),
        "Message-ID": f"<{number}@x>",
        "Date": at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return at, f"{head}\r\n{body}\r\n".encode()


def folders() -> dict[str, list[Mail]]:
    quote = "\r\n\r\nOn Mon, 1 Jun 2026 at 09:00, Ann <ann@x.example> wrote:\r\n> It broke"
    return {
        "INBOX": [
            mail(0, "a1", ANN, CARE, "It broke"),
            mail(1.01, "auto", ANN, CARE, "Away", Auto_Submitted="auto", In_Reply_To="<a2@x>"),
            # an old phone: only the parent, then nothing but the subject
            mail(2, "a3", ANN, CARE, "Still so", Subject="Re: Broken pot", In_Reply_To="<a2@x>"),
            mail(3, "a4", ANN, CARE, "Hello?", Subject="AW: Broken pot"),
            mail(4, "b1", "bo@y.example", CARE, "Where is it?", Subject="Parcel"),
            mail(9, "c1", "cy@z.example", CARE, "New here", Subject="Broken pot"),
        ],
        "Sent": [
            mail(1, "a2", UMA, ANN, "Sorry" + quote, Subject="Re: Broken pot", References="<a1@x>"),
            mail(5, "b2", UMA, "bo@y.example", "Today", References="<b1@x>", Subject="Re: Parcel"),
        ],
    }  # fmt: skip


class Mailbox:
    """A served mailbox that can be stopped and served again with other mails or UIDVALIDITY."""

    def __init__(self) -> None:
        self.stop: Any = lambda: None

    def serve(self, folders: dict[str, list[Mail]], uid_validity: int | None = 7) -> Credentials:
        self.stop()
        uri, self.stop = serve(folders, uid_validity)
        login = LOGINS["email"]
        address = f"imap://127.0.0.1:{urlsplit(uri).port}"
        return Credentials(base_url=address, login=login.user, password=login.secret)


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    box = Mailbox()
    yield box
    box.stop()


def extract(credentials: Credentials) -> int:
    boxes = ["INBOX", "Sent"]
    return land("email", source(credentials, mailboxes=boxes)).rows.get("messages", 0)


def load() -> list[Any]:
    for load_id in complete_loads("email"):
        gate_batch("email", load_id)
    return load_pending("email")


def query(sql: str) -> list[tuple[Any, ...]]:
    with warehouse(read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_second_run_brings_nothing_although_the_server_repeats_the_last_mail(
    mailbox: Mailbox,
) -> None:
    credentials = mailbox.serve(folders())
    assert extract(credentials) == 8
    assert extract(credentials) == 0


def test_only_new_mail_comes_in_the_next_run(mailbox: Mailbox) -> None:
    mails = folders()
    extract(mailbox.serve(mails))
    mails["INBOX"].append(mail(10, "d1", ANN, CARE, "One more"))
    assert extract(mailbox.serve(mails)) == 1


def test_changed_uidvalidity_reads_again_and_keeps_one_row_per_mail(mailbox: Mailbox) -> None:
    extract(mailbox.serve(folders(), uid_validity=7))
    load()
    assert extract(mailbox.serve(folders(), uid_validity=8)) == 8
    load()
    assert query("select count(*), min(uidvalidity) from raw_email.messages") == [(8, 8)]


def test_nothing_is_marked_as_read(mailbox: Mailbox) -> None:
    from connectors.email.mailbox import signed_in

    credentials = mailbox.serve(folders())
    extract(credentials)
    with signed_in(credentials) as box:
        assert box.folder.status("INBOX")["UNSEEN"] == 6


def test_mail_beyond_repair_is_set_aside_with_its_reason(mailbox: Mailbox) -> None:
    broken = (T0, b"Subject: no sender\r\nMessage-ID: <bad@x>\r\n\r\nhello\r\n")
    extract(mailbox.serve({"INBOX": [*folders()["INBOX"], broken], "Sent": []}))
    (account,) = load()
    assert (account.accepted, account.quarantined) == (6, 1)
    ((reason, row),) = query("select reason, row from quarantine.email__messages")
    assert "sender" in reason
    assert "bad@x" in row


def failure(credentials: Credentials) -> SourceError:
    with pytest.raises(Exception) as caught:
        extract(credentials)
    error: BaseException | None = caught.value
    while error is not None and not isinstance(error, SourceError):
        error = error.__cause__
    assert error is not None
    assert "\n" not in str(error)
    return error


def test_wrong_password_is_one_line_without_the_secret(mailbox: Mailbox) -> None:
    wrong = mailbox.serve(folders()).model_copy(update={"password": "not-the-one"})
    assert "login refused; renew login and password" in str(failure(wrong))
    assert "not-the-one" not in str(failure(wrong))


def test_unreachable_server_is_one_line(mailbox: Mailbox) -> None:
    credentials = mailbox.serve(folders())
    mailbox.stop()
    assert "cannot reach the server" in str(failure(credentials))


def test_missing_folder_names_those_that_exist(mailbox: Mailbox) -> None:
    mails = folders()
    assert "there are: INBOX" in str(failure(mailbox.serve({"INBOX": mails["INBOX"]})))


def test_plain_imap_beyond_loopback_is_refused() -> None:
    remote = Credentials(base_url="imap://mail.example.com", login="a@b.example", password="x")
    assert "refusing to sign in without TLS" in str(failure(remote))


def test_staging_gives_threads_authors_and_status(mailbox: Mailbox) -> None:
    extract(mailbox.serve(folders()))
    load()
    build_staging("email", T0 + timedelta(days=10))
    assert query(
        "select remote_id, conversation_remote_id, author_type, body "
        "from staging.stg_email__messages order by sent_at"
    ) == [
        ("a1@x", "a1@x", "customer", "It broke"),
        ("a2@x", "a1@x", "agent", "Sorry"),
        ("auto@x", "a1@x", "bot", "Away"),
        ("a3@x", "a1@x", "customer", "Still so"),
        ("a4@x", "a1@x", "customer", "Hello?"),
        ("b1@x", "b1@x", "customer", "Where is it?"),
        ("b2@x", "b1@x", "agent", "Today"),
        ("c1@x", "c1@x", "customer", "New here"),
    ]
    assert query(
        "select remote_id, channel, status, contact_remote_id, assignee_agent_remote_id "
        "from staging.stg_email__conversations order by opened_at"
    ) == [
        ("a1@x", "email", "open", "ann@x.example", "uma@fernhill.example"),
        ("b1@x", "email", "solved", "bo@y.example", "uma@fernhill.example"),
        ("c1@x", "email", "new", "cy@z.example", None),
    ]
    assert query("select remote_id, name from staging.stg_email__contacts order by 1") == [
        ("ann@x.example", "Ann Lée"),
        ("bo@y.example", None),
        ("cy@z.example", None),
    ]
    assert query("select email, name from staging.stg_email__agents") == [
        ("uma@fernhill.example", "Uma Day")
    ]
