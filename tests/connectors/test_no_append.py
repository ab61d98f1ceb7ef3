"""Nothing that can be read again may be counted twice.

dlt's disposition for landing is `append`, and it is the only one: landing adds files, each under
its own load id, and a package lands once. What counts rows is the warehouse, and it merges by key.
So every resource has a key, takes its hints from `resources.yml`, and reaches its raw table through
the merge alone. That landing is exact after a kill: test_landing.py, test_api_kill.py.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import ROOM, Resource, resources
from connectors.landing import completion_mark
from connectors.loading import gated_folder, load_pending
from warehouse.duck import warehouse
from warehouse.settings import settings

SOURCES = sorted(path.parent.name for path in ROOM.glob("*/resources.yml"))
CODE = sorted(ROOM.rglob("*.py"))
PROJECT = ROOM.parent
A_VALUE = {"text": "1", "json": '{"a": 1}', "bigint": 1, "double": 1.0, "bool": True}


def calls(file: Path, *names: str) -> list[ast.Call]:
    """Calls of `dlt.<name>` in a file."""
    return [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in {("dlt", name) for name in names}
    ]


def test_every_connector_is_looked_at() -> None:
    assert {path.parent.name for path in ROOM.glob("*/source.py")} == set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_every_resource_takes_its_key_from_its_declaration(source: str) -> None:
    files = list((ROOM / source).rglob("*.py"))
    made = [call for file in files for call in calls(file, "resource")]
    assert made
    own = {keyword.arg for call in made for keyword in call.keywords}
    assert not own & {"primary_key", "merge_key"}
    # Where tables are known only once files are read, `to_table` makes hints of the declaration.
    assert "resources(source)[table].columns" in (ROOM / "file_drop" / "handing.py").read_text()
    hints = ("dlt_hints()", "to_table(")
    assert any(hint in file.read_text() for file in files for hint in hints)


def dispositions(file: Path) -> Iterator[Any]:
    """Every value that a file gives a write disposition."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "write_disposition":
            yield node.value
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "write_disposition":
                    yield value


def test_landing_knows_one_disposition() -> None:
    given = [value for file in CODE for value in dispositions(file)]
    assert given
    assert {value.value for value in given if isinstance(value, ast.Constant)} == {"append"}
    assert all(isinstance(value, ast.Constant) for value in given)
    made = Resource(primary_key=("id",), columns={"id": "text"}).dlt_hints()
    assert (made["write_disposition"], made["primary_key"]) == ("append", ["id"])


def test_landing_gives_every_load_files_of_its_own() -> None:
    assert 'layout="{table_name}/{load_id}.{file_id}.{ext}"' in (ROOM / "landing.py").read_text()
    loads = [f.name for f in CODE if calls(f, "pipeline") or "destinations." in f.read_text()]
    assert loads == ["landing.py"]


def test_only_the_merge_inserts_into_raw_tables() -> None:
    rooms = ("connectors", "expectations", "privacy", "dags", "commands", "runtime", "warehouse")
    inserts = [
        file.relative_to(PROJECT).as_posix()
        for room in rooms
        for file in (PROJECT / room).rglob("*.py")
        if "insert into {batch.table}" in file.read_text() or "insert into raw_" in file.read_text()
    ]
    assert inserts == ["connectors/merging.py"]


def lay_down(source: str, load_id: str) -> dict[str, Resource]:
    """One landed and gated row of every resource of a source."""
    declared = resources(source)
    gated = gated_folder(source, load_id)
    completion_mark(source, load_id).parent.mkdir(parents=True, exist_ok=True)
    gated.mkdir(parents=True)
    for name, resource in declared.items():
        row: dict[str, Any] = {column: A_VALUE[kind] for column, kind in resource.columns.items()}
        table = pa.Table.from_pylist([row])
        landed = settings().landing / source / name / f"{load_id}.0.parquet"
        landed.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, landed)
        pq.write_table(table, gated / f"{name}.accepted.parquet")
        refused = table.append_column("_reason", pa.array(["no"])).append_column(
            "_row_key", pa.array(["{}"])
        )
        pq.write_table(refused.slice(0, 0), gated / f"{name}.quarantined.parquet")
    completion_mark(source, load_id).write_text("{}")
    return declared


@pytest.mark.parametrize("source", SOURCES)
def test_what_lands_again_is_a_duplicate_in_every_resource(source: str) -> None:
    lay_down(source, "1")
    declared = lay_down(source, "2")
    accounts = {(a.load_id, a.resource): a for a in load_pending(source)}
    with warehouse(read_only=True) as connection:
        for name, resource in declared.items():
            assert set(resource.primary_key) <= set(resource.columns), name
            assert accounts["1", name].accepted == accounts["2", name].duplicates == 1, name
            held = connection.execute(f'select count(*) from raw_{source}."{name}"').fetchone()
            assert held == (1,), name
