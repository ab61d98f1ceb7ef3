"""A vendor's own OpenAPI description as a judge of our requests: Prism, on loopback.

Prism checks each request against the description and answers in its shapes. It is an npm package
(`@stoplight/prism-cli`) and the descriptions are the vendors': neither is ours to carry. A test
that needs them is skipped where `HEEDLINE_PRISM` (path of the executable) or the file is missing.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

APIS = Path(__file__).resolve().parents[3] / "shared" / "data" / "apis"


@contextmanager
def judged_by(description: Path) -> Iterator[str]:
    """The address of a server that refuses (422) what the description does not allow."""
    prism = os.environ.get("HEEDLINE_PRISM", "")
    if not prism or not description.exists():
        pytest.skip("needs HEEDLINE_PRISM and the vendor's OpenAPI description")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [prism, "mock", "-h", "127.0.0.1", "-p", str(port), str(description)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            if not any("is listening on" in line for line in server.stdout):
                raise RuntimeError(f"prism did not start on {description.name}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
