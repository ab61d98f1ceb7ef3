"""The shared HTTP policy: retries, waits, limits, foreign hosts, and what errors say."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.contract import SourceError
from connectors.http import Http, Policy, Refused
from connectors.paginators import EndOfStreamCursor, TimeWindow

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b'{"rows": [{"id": 1}]}')


class Vendor:
    """A server that gives the listed answers in turn, the last one for ever.

    Attributes:
        late: seconds before the first answer begins.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = [OK]
        self.late = 0.0
        self.asked: list[str] = []
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                vendor.asked.append(self.path)
                time.sleep(vendor.late if len(vendor.asked) == 1 else 0)
                given = vendor.answers
                status, headers, body = given.pop(0) if len(given) > 1 else given[0]
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    found = Vendor()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def ask(vendor: Vendor, waits: list[float]) -> Callable[[str], Any]:
    policy = Policy(attempts=4, longest_body=1000, longest_wait=60, sleep=waits.append)
    return Http("zendesk", vendor.address, policy=policy).get


def test_retry_after_is_honoured(vendor: Vendor, ask: Any, waits: list[float]) -> None:
    vendor.answers = [(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": "3"}, b""), OK]
    assert ask("tickets") == {"rows": [{"id": 1}]}
    assert 7 <= waits[0] < 8.1
    assert 3 <= waits[1] < 4.1


def test_without_retry_after_waits_are_bounded_and_random(
    vendor: Vendor, ask: Any, waits: list[float]
) -> None:
    vendor.answers = [(500, {}, b""), (502, {}, b""), (429, {}, b""), OK]
    ask("tickets")
    assert len(waits) == 3
    assert all(0 <= wait <= 20 for wait in waits)


def test_pause_longer_than_allowed_ends_the_run(vendor: Vendor, ask: Any, waits: Any) -> None:
    vendor.answers = [(429, {"Retry-After": "3600"}, b"")]
    with pytest.raises(SourceError, match="rate limit reached, asks to wait 3600 s"):
        ask("tickets")
    assert waits == []


def test_server_that_stays_down_is_given_up(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(500, {}, b"")]
    with pytest.raises(SourceError, match=r"zendesk: /tickets: HTTP 500 \(after 4 tries\)"):
        ask("tickets")
    assert len(vendor.asked) == 4


def test_answer_that_breaks_off_is_asked_again(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(200, {"Content-Length": "500"}, b'{"rows": ['), OK]
    assert ask("tickets") == {"rows": [{"id": 1}]}


def test_the_time_of_an_answer_counts_from_the_request(vendor: Vendor, waits: list[float]) -> None:
    vendor.late = 0.6
    policy = Policy(attempts=20, longest_answer=0.3, sleep=waits.append)
    assert Http("zendesk", vendor.address, policy=policy).get("tickets") == {"rows": [{"id": 1}]}
    assert waits


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "credentials refused .*renew login and secret in connection heedline_zendesk"),
        (403, "access denied .*grant the scopes named in connectors/zendesk/README.md"),
        (404, "not found .*check the address"),
        (422, "HTTP 422"),
    ],
)
def test_refusals_are_not_tried_again(vendor: Vendor, ask: Any, status: int, says: str) -> None:
    vendor.answers = [(status, {}, b"secret body")]
    with pytest.raises(Refused, match=says) as caught:
        ask("tickets?token=hidden")
    assert caught.value.status == status
    assert len(vendor.asked) == 1
    assert "hidden" not in str(caught.value)
    assert "secret body" not in str(caught.value)


def test_redirect_to_a_foreign_host_is_refused(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(302, {"Location": "http://localhost:9/steal?k=1"}, b"")]
    with pytest.raises(SourceError, match=r"sent on to another host \(http://localhost\)"):
        ask("tickets")


def test_redirect_within_the_host_is_followed(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(302, {"Location": "/moved"}, b""), OK]
    assert ask("tickets") == {"rows": [{"id": 1}]}
    assert vendor.asked == ["/tickets", "/moved"]


def test_answer_above_the_size_limit_is_refused(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(200, {}, b"x" * 2000)]
    with pytest.raises(SourceError, match="answer larger than"):
        ask("tickets")


def test_answer_that_is_not_json_is_named(vendor: Vendor, ask: Any) -> None:
    vendor.answers = [(200, {}, b"<html>proxy</html>")]
    with pytest.raises(SourceError, match=r"zendesk: /tickets: answer is not JSON"):
        ask("tickets")


def test_unreachable_host_is_one_line(waits: list[float]) -> None:
    policy = Policy(attempts=2, sleep=waits.append)
    with pytest.raises(SourceError, match=r"cannot reach 127\.0\.0\.1") as caught:
        Http("zendesk", "http://127.0.0.1:1", policy=policy).get("x?token=hidden")
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_address_without_scheme_is_refused_before_asking() -> None:
    with pytest.raises(SourceError, match="has no usable address"):
        Http("zendesk", "acme.zendesk.com")


def test_page_without_its_list_is_an_error_not_an_end(vendor: Vendor, waits: Any) -> None:
    api = Http("zendesk", vendor.address)
    with pytest.raises(SourceError, match="answer has no list 'tickets'"):
        list(api.pages("tickets", "tickets"))


def test_end_of_stream_stops_although_a_cursor_is_given(vendor: Vendor) -> None:
    vendor.answers = [
        (200, {}, b'{"rows": [1], "after_cursor": "a", "end_of_stream": false}'),
        (200, {}, b'{"rows": [2], "after_cursor": "b", "end_of_stream": true}'),
    ]
    api = Http("zendesk", vendor.address)
    pages = api.pages("t", "rows", params={"start_time": 0}, paginator=EndOfStreamCursor())
    assert [rows for rows, _ in pages] == [[1], [2]]
    assert vendor.asked == ["/t?start_time=0", "/t?cursor=a"]


@pytest.mark.parametrize(
    "body",
    [b'{"rows": [1], "after_cursor": "a"}', b'{"rows": [1], "end_of_stream": false}'],
)
def test_page_that_does_not_say_how_to_go_on_is_an_error(vendor: Vendor, body: bytes) -> None:
    vendor.answers = [(200, {}, body)]
    api = Http("zendesk", vendor.address)
    with pytest.raises(SourceError, match="nothing usable about the next one"):
        list(api.pages("t", "rows", params={"start_time": 0}, paginator=EndOfStreamCursor()))


def test_time_window_that_does_not_move_is_an_error(vendor: Vendor) -> None:
    vendor.answers = [(200, {}, b'{"rows": [1], "end_time": 5, "end_of_stream": false}')]
    api = Http("zendesk", vendor.address)
    with pytest.raises(SourceError, match="nothing usable about the next one"):
        list(api.pages("t", "rows", params={"start_time": 5}, paginator=TimeWindow()))
