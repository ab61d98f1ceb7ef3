"""What a connector signs in with is nowhere but in its requests.

Each is pulled with every library at its most talkative, by a vendor that repeats what it was sent
in an error, sends us elsewhere and falls silent. Then all that was said, raised and written is
searched for the secret, in the forms it travels in, and for the tokens that the vendor gave for it.
"""

import json
import socket
import traceback
from base64 import b64encode
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from connectors.contract import SourceError
from tests.connectors.faults.faults import cut_before_headers, elsewhere
from tests.connectors.faults.healing import Bench
from tests.connectors.faults.proxy import Answer, Exchange, Spoiler
from tests.connectors.faults.registered import CONNECTORS
from tests.searching import files_with
from warehouse.settings import settings

each_vendor = pytest.mark.parametrize(
    "vendor", [pytest.param(tried, id=tried.name) for tried in CONNECTORS], indirect=True
)


class Overheard:
    """The secret of a connector in every form, and the tokens that its vendor gave for it."""

    def __init__(self, vendor: Bench) -> None:
        login, secret = vendor.tried.login
        extra = vendor.tried.extra("")
        self.forms = {b64encode(f"{login}:{secret}".encode()).decode()}
        for each in (secret, *(extra[name] for name in vendor.tried.secrets)):
            self.forms |= {each, quote(each, safe=""), json.dumps(each)[1:-1]}

    def listen(self, exchange: Exchange) -> bool:
        """Note what this request signs in with, and a token in its answer; spoil nothing."""
        answer = exchange.ask()
        self._note(exchange, answer.body)
        exchange.give(answer)
        return True

    def repeat(self, exchange: Exchange) -> bool:
        """An error that quotes the request: its line, its headers, its body."""
        said = f"{exchange.handler.requestline}\n{exchange.handler.headers}\n".encode()
        self._note(exchange, b"")
        exchange.give(Answer(400, {"Content-Type": "text/plain"}, said + exchange.sent))
        return True

    def _note(self, exchange: Exchange, body: bytes) -> None:
        signed = exchange.handler.headers.get("Authorization", "")
        self.forms |= {signed.split(" ", 1)[-1]} - {""}
        with suppress(ValueError):
            answer = json.loads(body)
            if isinstance(answer, dict) and "access_token" in answer:
                self.forms.add(answer["access_token"])

    def in_text(self, text: str) -> list[str]:
        return [form for form in self.forms if form in text]


def pulled(vendor: Bench, spoiler: Spoiler, first: int = 1) -> str:
    """A pull to its end; the whole traceback where it failed."""
    vendor.proxy.plan(spoiler, first, for_good=True)
    try:
        vendor.pull()
    except SourceError as error:
        return "".join(traceback.format_exception(error))
    return ""


@each_vendor
def test_a_secret_is_in_no_log_no_error_and_no_file(
    vendor: Bench,
    talkative: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    heard = Overheard(vendor)
    assert vendor.tried.login[1], "no secret: proves nothing"
    later = vendor.requests // 2 + 1
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        away = elsewhere(lambda: f"http://127.0.0.1:{other.getsockname()[1]}")
        raised = [
            pulled(vendor, spoiler, first)
            for first in (1, later)
            for spoiler in (heard.repeat, away, cut_before_headers)
        ]
    assert all(raised)
    assert pulled(vendor, heard.listen) == ""
    vendor.tables()
    output, errors = capfd.readouterr()
    assert "127.0.0.1" in talkative.text, "nothing was logged: proves nothing"
    assert not heard.in_text(talkative.text)
    assert not heard.in_text("".join(raised))
    assert not heard.in_text(output + errors)
    # The search sees what is there: one that lies in a file of the same folder is found.
    assert files_with(settings().root, *heard.forms) == []
    (settings().root / "planted.txt").write_text(f"key={vendor.tried.login[1]}")
    assert [file.name for file in files_with(tmp_path, *heard.forms)] == ["planted.txt"]
