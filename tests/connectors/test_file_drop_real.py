"""Real data through the file drop: every row is counted, and only the broken one set aside."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.connectors.drop_house import DropHouse
from tests.real_data import INCIDENTS, TWCS, write_incident_drop, write_twcs_drop


@pytest.mark.parametrize(
    ("src", "write", "set_aside"),
    [(TWCS, write_twcs_drop, {"messages": 1}), (INCIDENTS, write_incident_drop, {})],
)
def test_real_rows_land_and_pass(
    src: Path,
    write: Callable[[Path, Path], dict[str, int]],
    set_aside: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not src.exists():
        pytest.skip(f"{src.name} is not in shared/data/real beside this checkout")
    folder = tmp_path / "real"
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(folder))
    written = write(src, folder)
    accounts = DropHouse(folder).load()
    accounts.pop("files")
    expected = {}
    for name, rows in written.items():
        bad = set_aside.get(name, 0)
        expected[name] = (rows, rows - bad, bad, 0)
    assert accounts == expected
