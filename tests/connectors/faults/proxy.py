"""A reverse proxy on loopback that stands before any vendor's server and spoils the n-th answer.

What it does to a request is a `Spoiler`: it gets the exchange and answers in the vendor's stead,
or spoils the vendor's answer. Everything else passes through unchanged.
"""

import http.client
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Answer:
    """What the vendor answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Exchange:
    """One request on its way: ask the vendor, answer the client, or cut it off."""

    handler: http.server.BaseHTTPRequestHandler
    ask: Callable[[], Answer]
    sent: bytes = b""

    def give(self, answer: Answer, *, promised: int | None = None) -> None:
        """Send an answer; `promised` is the length its header names (default: the true one)."""
        handler, length = self.handler, len(answer.body) if promised is None else promised
        handler.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(length)}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)
        if length != len(answer.body):
            self.cut()

    def cut(self) -> None:
        self.handler.wfile.flush()
        self.handler.close_connection = True


Spoiler = Callable[[Exchange], bool]
"""Handles one exchange; False when the answer was not one that it could spoil."""


@dataclass
class Proxy:
    """Counts requests and spoils what is planned.

    Attributes:
        asked: path of every request since `plan`, in order.
        spoiled: paths of those that were spoiled.
    """

    upstream: str
    address: str = ""
    asked: list[str] = field(default_factory=list)
    spoiled: list[str] = field(default_factory=list)
    _spoiler: Spoiler | None = None
    _first: int = 1
    _for_good: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, spoiler: Spoiler | None, first: int = 1, *, for_good: bool = False) -> None:
        """Spoil the `first`-th request from now on that can be spoiled, and all later ones too if
        `for_good`. None: everything passes."""
        with self._lock:
            self.asked.clear()
            self.spoiled.clear()
            self._spoiler, self._first, self._for_good = spoiler, first, for_good

    def spoil(self, exchange: Exchange, path: str) -> bool:
        """Count a request and spoil it if it is due; was it?

        One at a time: while it is not known whether an answer can be spoiled, another must wait.
        """
        with self._lock:
            self.asked.append(path)
            due = len(self.asked) >= self._first and (self._for_good or not self.spoiled)
            if not due or self._spoiler is None:
                return False
            # Noted first: a client that hangs up on what it gets has been spoiled all the same.
            self.spoiled.append(path)
            if not self._spoiler(exchange):
                self.spoiled.remove(path)
                return False
            return True


def _handler(proxy: Proxy) -> type[http.server.BaseHTTPRequestHandler]:
    there = urlsplit(proxy.upstream)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are two writes: by Nagle's rule the second would wait 40 ms.
        disable_nagle_algorithm = True

        def _pass(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length) if length else None

            def ask() -> Answer:
                # The Host header stays: links in answers must lead back through the proxy. And
                # nothing comes packed, so that a spoiler can read what it spoils.
                kept = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
                kept["Accept-Encoding"] = "identity"
                vendor = http.client.HTTPConnection(there.hostname or "", there.port, timeout=30)
                try:
                    vendor.request(self.command, self.path, body=sent, headers=kept)
                    found = vendor.getresponse()
                    headers = [(k, v) for k, v in found.getheaders() if k.lower() not in HOP_BY_HOP]
                    return Answer(found.status, dict(headers), found.read())
                finally:
                    vendor.close()

            exchange = Exchange(self, ask, sent or b"")
            if not proxy.spoil(exchange, urlsplit(self.path).path):
                exchange.give(ask())

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass

        def log_message(self, *_: Any) -> None: ...

    return Handler


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that hung up on a slow answer is what some cells are about."""


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """The proxy on a free loopback port, before the server at `upstream`."""
    proxy = Proxy(upstream)
    with _Server(("127.0.0.1", 0), _handler(proxy)) as server:
        proxy.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
