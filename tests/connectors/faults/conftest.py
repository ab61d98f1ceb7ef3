"""One vendor at a time behind the proxy, and patience that costs no time."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import http_session
from tests.connectors.faults.healing import Bench, bench
from tests.connectors.faults.registered import CONNECTORS, Tried

ATTEMPTS = 3


@contextmanager
def pulled(tried: Tried, folder: Path) -> Iterator[Bench]:
    """A connector's server behind the proxy, and what a run without faults brings."""
    with bench(tried, folder) as found, pytest.MonkeyPatch.context() as env:
        env.setenv("HEEDLINE_HOME", str(folder / "home"))
        found.pull()
        found.requests = len(found.proxy.asked)
        found.clean = found.tables()
        assert found.requests > 1
        assert {name for name, rows in found.clean.items() if not rows} == tried.empty
        env.undo()
        yield found


class Street:
    """One vendor at a time, served for as long as tests ask for it."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders, self._open = folders, ExitStack()
        self._here: Bench | None = None

    def vendor(self, tried: Tried) -> Bench:
        if self._here is None or self._here.tried is not tried:
            self.close()
            folder = self._folders.mktemp(tried.name)
            self._here = self._open.enter_context(pulled(tried, folder))
        return self._here

    def close(self) -> None:
        self._here = None
        self._open.close()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    found = Street(tmp_path_factory)
    yield found
    found.close()


@pytest.fixture
def vendor(request: pytest.FixtureRequest, street: Street) -> Bench:
    """The connector that the test is about (as a fixture of the module with parameters, pytest
    would serve and pull it anew for every place in a list of them)."""
    return street.vendor(request.param)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One vendor after the other within a file, so that each is served and pulled once."""

    def place(item: pytest.Item) -> int:
        return CONNECTORS.index(item.callspec.params["vendor"])  # type: ignore[attr-defined]

    for file in ("test_faults.py", "test_secrets.py", "test_surprises.py"):
        ours = [n for n, item in enumerate(items) if item.path == Path(__file__).with_name(file)]
        ordered = sorted((items[n] for n in ours), key=place)
        for number, item in zip(ours, ordered, strict=True):
            items[number] = item


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits, and three tries of a request are enough; the pauses that were asked for."""
    asked: list[float] = []
    monkeypatch.setattr(
        http_session,
        "in_force",
        lambda policy: replace(policy, attempts=ATTEMPTS, sleep=asked.append),
    )
    return asked


@pytest.fixture
def talkative(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every logger that there is, at its lowest level, into one place."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    before = [(one, one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.propagate = True
    with caplog.at_level(logging.DEBUG):
        yield caplog
    for one, level, propagates in before:
        one.setLevel(level)
        one.propagate = propagates
