"""A database's password is nowhere but in its sign-in: no log, no error, no file, no state.

Signed in over the wire by a real driver, so no proxy repeats what was sent: instead everything that
can go wrong does, with SQLAlchemy, its pool, dlt and all others at their most talkative.
"""

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from connectors.contract import Credentials, SourceError
from connectors.sql_database.source import source
from tests.connectors.slices import extract, load, raw
from tests.publish.postgres_server import Server, running
from tests.searching import files_with
from warehouse.settings import settings

# What is looked for is written alike in an address, in JSON and in a repr; the rest is not.
PLANTED = "planted7f3c91d2"
PASSWORD = f"p@/% \"{PLANTED}'+"
STAFF = {"table": "staff", "columns": {"agent_id": "id", "name": "name"}}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        said = PASSWORD.replace("'", "''")
        started.execute(f"create role reader login password '{said}'")
        started.execute(
            "create table staff as select 'a' as id, 'Ann' as name;"
            "create table closed (id text); grant select on staff to reader"
        )
        yield started


@pytest.fixture
def failed(server: Server, tmp_path: Path) -> Callable[..., str]:
    """A pull that goes wrong; its error with all that led to it, as no log would show more."""

    def pull(database: str = "bi", password: str = PASSWORD, **change: Any) -> str:
        with pytest.raises(SourceError) as caught:
            extract("sql_database", ask(server, tmp_path, database, password, **change))
        said, led = "", [caught.value]
        while (error := led[-1].__cause__ or led[-1].__context__) and error not in led:
            led.append(error)  # also what `from None` hides
        for error in led:
            said += "".join(traceback.format_exception(error, chain=False))
        return said

    return pull


def ask(
    server: Server, folder: Path, database: str = "bi", password: str = PASSWORD, **change: Any
) -> Any:
    mapping = folder / "mapping.yml"
    mapping.write_text(yaml.safe_dump({"system": "shop", "tables": {"agents": STAFF | change}}))
    address = f"postgresql://127.0.0.1:{server.port}"
    there = Credentials(base_url=address, login="reader", password=password, database=database)
    return source(there, str(mapping))


def test_the_password_is_in_no_log_no_error_no_file_and_no_state(
    server: Server,
    failed: Callable[..., str],
    talkative: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    raised = [
        failed(database="nowhere"),
        failed(password=PASSWORD + "x"),
        failed(table="closed", columns={"agent_id": "id"}),
        failed(table="shop.nothing"),
        failed(columns={"agent_id": "id", "name": "nobody"}),
    ]
    with server.stopped():
        raised.append(failed())
    assert extract("sql_database", ask(server, tmp_path)) == {"agents": 1}
    assert load("sql_database")["agents"].accepted == 1
    assert raw("select name from raw_sql_database.agents") == [("Ann",)]

    output, errors = capfd.readouterr()
    engines = [r for r in talkative.records if r.name.startswith("sqlalchemy.engine")]
    assert "FROM staff" in str([r.getMessage() for r in engines]), "silent: proves nothing"
    for text in (talkative.text, output, errors, *raised):
        assert PLANTED not in text
    # The search sees what is there: one that lies in a file of the same folder is found.
    assert files_with(settings().root, PLANTED) == []
    (settings().root / "planted.txt").write_text(f"postgresql://reader:{quote(PASSWORD)}@db/bi")
    assert [file.name for file in files_with(tmp_path, PLANTED)] == ["planted.txt"]
