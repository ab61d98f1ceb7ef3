"""One vendor at a time behind the proxy, and patience that costs no time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import http_session
from tests.connectors.faults.healing import Bench, bench
from tests.connectors.faults.registered import CONNECTORS, Tried

ATTEMPTS = 3


@pytest.fixture(scope="module", params=CONNECTORS, ids=lambda tried: tried.name)
def vendor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """A connector's server behind the proxy, and what a run without faults brings."""
    tried: Tried = request.param
    folder = tmp_path_factory.mktemp(tried.name)
    with bench(tried, folder) as found, pytest.MonkeyPatch.context() as env:
        env.setenv("HEEDLINE_HOME", str(folder / "home"))
        found.pull()
        found.requests = len(found.proxy.asked)
        found.clean = found.tables()
        assert found.requests > 1
        assert {name for name, rows in found.clean.items() if not rows} == tried.empty
        yield found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One vendor after the other within a file: each is served and pulled once for all its tests.

    Left to itself, pytest orders by the place of a parameter in its list, which differs by test.
    """

    def place(item: pytest.Item) -> int:
        return CONNECTORS.index(item.callspec.params["vendor"])  # type: ignore[attr-defined]

    for file in ("test_faults.py", "test_surprises.py"):
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
