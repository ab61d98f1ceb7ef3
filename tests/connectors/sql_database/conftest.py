"""A PostgreSQL with a shop's tables, and mapping files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.connectors.sql_database_shop import TABLES, order
from tests.publish.postgres_server import Server, running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def shop(server: Server) -> Iterator[Server]:
    """The shop's tables; orders 1 and 2."""
    server.execute(TABLES)
    order(server, 1)
    order(server, 2, changed="2026-06-01 12:00+02")
    yield server
    server.execute("drop schema shop cascade; drop table staff, closed; drop role reader")


@pytest.fixture
def mapped(tmp_path: Path) -> Any:
    """Write a mapping file of these tables; its path."""

    def write(**tables: Any) -> str:
        path = tmp_path / "mapping.yml"
        path.write_text(yaml.safe_dump({"system": "shop", "tables": tables}))
        return str(path)

    return write
