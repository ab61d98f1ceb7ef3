"""kill -9 in the middle of an extraction: the next run brings every row once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.connectors.drop_house import DropHouse

_LAND = """
from connectors.contract import Credentials
from connectors.file_drop.source import source
from connectors.landing import land
print("ready", flush=True)
land("file_drop", source(Credentials(base_url="")))
print("landed", flush=True)
"""


@pytest.mark.parametrize("delay", [0.3, 1.0])
def test_kill_9_while_landing_loses_and_repeats_nothing(
    delay: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(folder))
    house = DropHouse(folder)
    rows = 40_000
    for part in range(3):
        lines = (f"u{part}-{n},Name {n}" for n in range(rows))
        house.write(f"contacts_{part}.csv", "contact_id,name\n" + "\n".join(lines) + "\n")
    child = subprocess.Popen(
        [sys.executable, "-c", _LAND], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(delay)  # not a wait for something: the moment of death
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    house.land()
    house.load()
    assert house.query("select count(*) from raw_file_drop.contacts") == [(3 * rows,)]
    totals = "select sum(received), sum(accepted) from ops.loads where resource = 'contacts'"
    assert house.query(totals) == [(3 * rows, 3 * rows)]
    assert house.land() == {}
