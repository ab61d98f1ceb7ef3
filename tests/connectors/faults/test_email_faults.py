"""The mailbox: a line that is cut at any of several points, a login that is refused, and a folder
whose UIDs were given out anew. The next run has every mail once.
"""

import re
import selectors
import socket
import socketserver
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.contract import Credentials, SourceError
from connectors.email.source import source
from connectors.landing import land
from tests.connectors.faults.healing import Tables, raw_tables
from tests.connectors.slices import load
from tests.connectors.test_email import Mailbox, folders
from tests.searching import files_with
from warehouse.settings import settings


class Line(socketserver.ThreadingTCPServer):
    """A relay to an IMAP server that hangs up once the server has said `limit` bytes; `said`
    counts them over the last connection."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.upstream, self.limit, self.said = port, 0, 0

    def handle_error(self, *_: object) -> None:
        """A hung-up line is the point."""


class _Relay(socketserver.BaseRequestHandler):
    server: Line

    def handle(self) -> None:
        self.server.said = 0
        with socket.create_connection(("127.0.0.1", self.server.upstream)) as there:
            ends = {self.request: there, there: self.request}
            with selectors.DefaultSelector() as waiting:
                for end in ends:
                    waiting.register(end, selectors.EVENT_READ)
                while True:
                    for key, _ in waiting.select():
                        end = key.fileobj
                        assert isinstance(end, socket.socket)
                        data = end.recv(1024)
                        if end is there:
                            self.server.said += len(data)
                            if self.server.limit and self.server.said >= self.server.limit:
                                return
                        if not data:
                            return
                        ends[end].sendall(data)


@contextmanager
def relayed(port: int) -> Iterator[Line]:
    with Line(port) as line:
        thread = threading.Thread(target=line.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.stop()


def through(line: Line, credentials: Credentials) -> Credentials:
    address = f"imap://127.0.0.1:{line.server_address[1]}"
    return credentials.model_copy(update={"base_url": address})


def pull(credentials: Credentials) -> None:
    land("email", source(credentials, mailboxes=["INBOX", "Sent"]))


def tables() -> Tables:
    load("email")
    return raw_tables("email")


def failure(credentials: Credentials) -> str:
    with pytest.raises(SourceError) as caught:
        pull(credentials)
    line = str(caught.value)
    assert re.fullmatch(r"email: [^:]+: .+; .+", line), line
    assert credentials.password not in line
    return line


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.95], ids=lambda part: f"at_{part:.0%}")
def test_a_line_cut_on_the_way_loses_and_doubles_no_mail(
    part: float, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = mailbox.serve(folders())
    with relayed(urlsplit(credentials.base_url).port or 0) as line:
        with monkeypatch.context() as apart:
            apart.setenv("HEEDLINE_HOME", str(tmp_path / "clean"))
            pull(through(line, credentials))
            clean = tables()
        assert len(clean["messages"]) == 8
        line.limit = max(1, int(line.said * part))
        assert "broke off" in (said := failure(through(line, credentials))) or "cannot" in said
        line.limit = 0
        pull(through(line, credentials))
    assert tables() == clean


def test_a_login_that_is_refused_for_once_costs_nothing(mailbox: Mailbox) -> None:
    credentials = mailbox.serve(folders())
    wrong = credentials.model_copy(update={"password": "not-the-one"})
    assert "login refused; renew login and password" in failure(wrong)
    pull(credentials)
    assert len(tables()["messages"]) == 8


def test_uids_given_out_anew_while_a_run_failed_double_no_mail(mailbox: Mailbox) -> None:
    pull(mailbox.serve(folders(), uid_validity=7))
    first = tables()["messages"]
    credentials = mailbox.serve(folders(), uid_validity=8)
    with relayed(urlsplit(credentials.base_url).port or 0) as line:
        line.limit = 2000
        failure(through(line, credentials))
    pull(credentials)
    assert len(tables()["messages"]) == len(first) == 8


def test_its_password_is_in_no_log_no_error_and_no_file(
    mailbox: Mailbox, talkative: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    credentials = mailbox.serve(folders())
    wrong = credentials.model_copy(update={"password": "not-the-one"})
    with pytest.raises(SourceError) as refused:
        pull(wrong)
    with relayed(urlsplit(credentials.base_url).port or 0) as line:
        line.limit = 2000
        with pytest.raises(SourceError) as cut:
            pull(through(line, credentials))
    pull(credentials)
    assert len(tables()["messages"]) == 8
    output, errors = capfd.readouterr()
    # The server lives in this process, too, and logs what it is told.
    ours = [r.getMessage() for r in talkative.records if not r.name.startswith("pymap")]
    raised = [*traceback.format_exception(refused.value), *traceback.format_exception(cut.value)]
    for secret in (wrong.password, credentials.password):
        assert secret not in output + errors + "".join(ours)
        assert secret not in "".join(raised)
        assert files_with(settings().root, secret) == []
