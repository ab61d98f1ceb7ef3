"""A vendor's OpenAPI spec as a server: Prism checks requests by it and answers in its shapes.

Specs lie in `shared/data/apis` beside the checkout, where somebody has put them. Prism is the npm
package `@stoplight/prism-cli`; `HEEDLINE_PRISM` names its executable where it is not on the path.
Tests that need either are skipped elsewhere.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

SPECS = Path(__file__).resolve().parents[3] / "shared" / "data" / "apis"


@contextmanager
def prism(
    spec: str, folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None
) -> Iterator[str]:
    """Prism's address, once it listens.

    Args:
        spec: path within `shared/data/apis`.
        folder: where the spec that is served is written.
        change: corrects the spec where the vendor's own documentation says otherwise.
    """
    program = os.environ.get("HEEDLINE_PRISM") or shutil.which("prism")
    if not program or not (SPECS / spec).exists():
        pytest.skip("needs Prism and the vendor's spec")
    document = yaml.safe_load((SPECS / spec).read_text())
    change(document)
    served = folder / "spec.yml"
    served.write_text(yaml.safe_dump(document))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "mock", "-h", "127.0.0.1", "-p", str(port), str(served)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    try:
        if not any("Prism is listening" in line for line in process.stdout):
            pytest.fail(f"Prism did not serve {spec}")
        # It writes a line for every request; a full pipe would stop it.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)
