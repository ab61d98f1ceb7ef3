"""The sample company's vendors on loopback: one server per source, each on its own free port.

A vendor is a module `sample/servers/<source>.py` with `app(world) -> FastAPI`; e-mail speaks IMAP
and has `start(world) -> (uri, stop)` instead. Nothing here listens beyond 127.0.0.1.
"""

import importlib
import pkgutil
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sample.servers.logins import LOGINS, uri

HOST = "127.0.0.1"
START_SECONDS = 30.0


class NotServing(RuntimeError):
    """A server did not come up."""


@dataclass
class Running:
    """Servers that answer. `connections`: source → Airflow connection URI, secrets included."""

    connections: dict[str, str] = field(default_factory=dict)
    _stops: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def stop(self) -> None:
        """Stop every server and free its port; safe to call twice."""
        stops, self._stops = self._stops, []
        # Side by side: each waits a moment for its open connections.
        with ThreadPoolExecutor(max_workers=len(stops) or 1) as ending:
            list(ending.map(lambda stop: stop(), stops))

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(world: Path, only: tuple[str, ...] = ()) -> Running:
    """Serve the world folder; returns when every server accepts connections.

    Args:
        world: the folder that `sample.generate` returned.
        only: sources to serve; empty = every source that has a vendor module.

    Raises:
        NotServing: a server did not come up (the others are stopped again).
    """
    running = Running()
    present = {module.name for module in pkgutil.iter_modules(__path__)}
    try:
        for source in only or tuple(LOGINS):
            if source not in present:
                continue
            vendor = importlib.import_module(f"sample.servers.{source}")
            if hasattr(vendor, "app"):
                port, stop = serve(source, vendor.app(world))
                running.connections[source] = uri(source, port)
            else:
                running.connections[source], stop = vendor.start(world)
            running._stops.append(stop)
    except BaseException:
        running.stop()
        raise
    return running


def serve(source: str, app: FastAPI) -> tuple[int, Callable[[], None]]:
    """Serve one app from a thread of its own on a free port; returns the port and how to stop."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((HOST, 0))
    port = int(listener.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            lifespan="off",
            # Clients keep connections open; waiting for them to leave would hang the shutdown.
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name=f"sample-{source}", daemon=True
    )
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            stop()
            raise NotServing(f"{source}: sample server did not start on {HOST}:{port}")
        time.sleep(0.005)
    return port, stop
