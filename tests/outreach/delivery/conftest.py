"""Targets by hand, and vendors on loopback."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI

from outreach.delivery.send import Delivered, deliver
from outreach.delivery.targets import Target, TargetsFile
from sample.servers import serve
from sample.servers.logins import LOGINS, RECEIVERS
from tests.outreach.delivery.house import NOW, House, Patience
from warehouse.credentials import Credentials


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def make_target() -> Callable[..., Target]:
    """A target that is switched on, out of a few settings."""

    def make(kind: str, **settings: Any) -> Target:
        said = {"name": "there", "kind": kind, "enabled": True, "timeout_seconds": 0.4}
        read = TargetsFile.model_validate({"targets": {"there": {**said, **settings}}})
        return read.targets["there"]

    return make


@pytest.fixture
def start() -> Iterator[Callable[[str, FastAPI], Credentials]]:
    """Serve an app; its address with the vendor's login."""
    stops = []

    def begin(vendor: str, app: FastAPI) -> Credentials:
        port, stop = serve(vendor, app)
        stops.append(stop)
        login = {**LOGINS, **RECEIVERS}[vendor]
        address = f"http://127.0.0.1:{port}"
        return Credentials(base_url=address, login=login.user, password=login.secret)

    yield begin
    for stop in stops:
        stop()


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def send(patience: Patience) -> Callable[..., Delivered]:
    """One run of delivery, without waiting."""

    def run(target: Target, credentials: Credentials, now: datetime = NOW) -> Delivered:
        return deliver(target, lambda: credentials, clock=lambda: now, pace=patience.pace)

    return run
