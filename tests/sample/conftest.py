"""One small world for all tests of the sample company."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import sample


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.generate("small", 7, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def tables(world: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table as a view: `messages`, `truth_messages`, …"""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for path in sorted(world.glob("*.parquet")):
            con.execute(f"create view {path.stem} as select * from '{path}'")
        for path in sorted((world.parent / "truth").glob("*.parquet")):
            con.execute(f"create view truth_{path.stem} as select * from '{path}'")
        yield con
