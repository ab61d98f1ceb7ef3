"""Every connector × every fault, at the first request and at a later one.

Either the raw tables are those of a run without faults, or the run fails with one line that names
source, place, problem and remedy, and the next run makes the tables equal.
"""

import re
import socket
from contextlib import closing
from dataclasses import replace

import pytest

from connectors import http_session
from tests.connectors.faults.faults import FAULTS, LONGEST_ANSWER, Fault, elsewhere, status
from tests.connectors.faults.healing import Bench, failure, heal, place
from tests.connectors.faults.registered import CONNECTORS

at_each_place = pytest.mark.parametrize(
    ("vendor", "position"),
    [
        pytest.param(tried, position, id=f"{tried.name}-{position}")
        for tried in CONNECTORS
        for position in tried.positions
    ],
    indirect=["vendor"],
)


@at_each_place
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_or_doubled(
    vendor: Bench,
    fault: Fault,
    position: str,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault.name == "too_slow":
        usual = http_session.in_force
        monkeypatch.setattr(
            http_session,
            "in_force",
            # On a busy machine a whole answer may take as long; it is asked for again then.
            lambda policy: replace(usual(policy), longest_answer=LONGEST_ANSWER, attempts=20),
        )
    vendor.proxy.plan(fault.spoiler, place(vendor, position), for_good=fault.for_good)
    says = vendor.tried.says.get(fault.name, fault.says)
    if not says:
        vendor.pull()
        assert len(vendor.proxy.spoiled) == 1
        # Patience is enough for a slow answer; everything else is asked for again.
        assert waits or fault.name == "slow_drip"
        assert vendor.tables() == vendor.clean
        return
    line = failure(vendor)
    assert vendor.proxy.spoiled
    assert re.search(says, line), line
    # Requests run side by side: of several that failed, the line names one.
    assert any(path in line for path in vendor.proxy.spoiled) or "query job" in line
    heal(vendor)


@at_each_place
def test_no_other_host_is_followed_and_nothing_is_sent_there(vendor: Bench, position: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        spoiler = elsewhere(lambda: f"http://127.0.0.1:{other.getsockname()[1]}")
        vendor.proxy.plan(spoiler, place(vendor, position))
        line = failure(vendor)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()
    assert "was sent on to another host" in line
    heal(vendor)


@at_each_place
def test_the_pause_that_the_vendor_asks_for_is_kept(
    vendor: Bench, position: str, waits: list[float]
) -> None:
    vendor.proxy.plan(status(429, lambda: "17"), place(vendor, position))
    vendor.pull()
    assert [int(wait) for wait in waits if wait >= 17] in ([17], [18])
