"""The health check believes the page, and only a healthy one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.healthy import trouble

PAGE = {
    "metadatabase": {"status": "healthy"},
    "dag_processor": {"status": "unhealthy"},
    "triggerer": {"status": "healthy"},
}


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path in {"/health", "/text"} else 503)
        self.end_headers()
        self.wfile.write(b"OK" if self.path == "/text" else json.dumps(PAGE).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    served = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.mark.parametrize(
    ("page", "component", "said"),
    [
        ("/health", None, None),
        ("/text", None, None),
        ("/health", "triggerer", None),
        ("/health", "dag_processor", "dag_processor is unhealthy"),
        ("/health", "scheduler", "does not tell the status of scheduler"),
        ("/text", "triggerer", "does not tell the status of triggerer"),
        ("/gone", None, "503"),
    ],
)
def test_health_is_what_the_page_says(
    server: str, page: str, component: str | None, said: str | None
) -> None:
    found = trouble(server + page, component)

    assert found is None if said is None else said in str(found)


def test_nobody_answering_is_trouble() -> None:
    assert "refused" in str(trouble("http://127.0.0.1:1/health"))
