"""What goes wrong between us and a vendor, and what a run is to make of it.

`heals`: the run goes through as if nothing had been. Otherwise it fails, with one line that
matches `says`, and the next run makes it good.
"""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from tests.connectors.faults.proxy import Answer, Exchange, Spoiler

PIECES = 6
HTML = b"<html><body>We are down for maintenance</body></html>"


@dataclass(frozen=True)
class Fault:
    """One kind of trouble. `for_good`: until it is lifted, not once."""

    name: str
    spoiler: Spoiler
    says: str = ""
    for_good: bool = False


def status(code: int, retry_after: Callable[[], str] | None = None) -> Spoiler:
    def spoil(exchange: Exchange) -> bool:
        headers = {"Retry-After": retry_after()} if retry_after else {}
        exchange.give(Answer(code, headers, b"{}"))
        return True

    return spoil


def instead(body: bytes, content_type: str = "application/json") -> Spoiler:
    def spoil(exchange: Exchange) -> bool:
        exchange.give(Answer(200, {"Content-Type": content_type}, body))
        return True

    return spoil


def cut_before_headers(exchange: Exchange) -> bool:
    exchange.cut()
    return True


def cut_mid_body(exchange: Exchange) -> bool:
    answer = exchange.ask()
    whole = len(answer.body)
    if not whole:  # nothing to cut: the next answer's turn
        return False
    exchange.give(Answer(answer.status, answer.headers, answer.body[: whole // 2]), promised=whole)
    return True


def truncated_gzip(exchange: Exchange) -> bool:
    """As long as its header says, so that only unpacking can tell."""
    answer = exchange.ask()
    packed = gzip.compress(answer.body)
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    exchange.give(Answer(answer.status, headers, packed[: len(packed) // 2]))
    return True


def _drip(seconds: float) -> Spoiler:
    """An answer in a few pieces, however short it is, that takes so long altogether."""

    def spoil(exchange: Exchange) -> bool:
        answer = exchange.ask()
        if not answer.body:
            return False
        handler, size = exchange.handler, -(-len(answer.body) // PIECES)
        pause = seconds / -(-len(answer.body) // size)
        handler.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        for start in range(0, len(answer.body), size):
            time.sleep(pause)  # the fault itself
            handler.wfile.write(answer.body[start : start + size])
            handler.wfile.flush()
        return True

    return spoil


def elsewhere(address: Callable[[], str]) -> Spoiler:
    """Sent on to another host, without TLS."""

    def spoil(exchange: Exchange) -> bool:
        exchange.give(Answer(307, {"Location": address() + exchange.handler.path}, b""))
        return True

    return spoil


def _in_a_second() -> str:
    return formatdate(time.time() + 1, usegmt=True)


LONGEST_ANSWER = 0.5  # seconds, where `too_slow` is the fault: a third of what it takes

FAULTS = (
    Fault("limited_seconds", status(429, lambda: "1")),
    Fault("limited_date", status(429, _in_a_second)),
    Fault("limited_bare", status(429)),
    Fault("limited_for_an_hour", status(429, lambda: "3600"), "asks to wait 3600 s; run it again"),
    Fault("error_500", status(500)),
    Fault("error_502", status(502)),
    Fault("error_503", status(503, lambda: "1")),
    Fault("down", status(503), r"HTTP 503 \(after 3 tries\); nothing is lost", for_good=True),
    Fault("slow_drip", _drip(0.012)),
    Fault("too_slow", _drip(3 * LONGEST_ANSWER)),
    Fault("cut_before_headers", cut_before_headers),
    Fault("cut_mid_body", cut_mid_body),
    Fault("unreachable", cut_before_headers, "cannot reach .*; check the address", for_good=True),
    Fault("truncated_gzip", truncated_gzip, "answer is not"),
    Fault("invalid_json", instead(json.dumps({"rows": [{"id": 1}]}).encode()[:-3]), "answer is no"),
    Fault("html", instead(HTML, "text/html"), "answer is not"),
    Fault("empty_body", instead(b""), "answer is not"),
    Fault("expired_token", status(401), "credentials refused .*; renew login and secret"),
)
