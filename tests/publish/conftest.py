"""A small company's marts in a real warehouse file, described by a dbt manifest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from outreach import prepare
from publish import report
from tests.publish.postgres_server import ROLES, Server, running
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
SQL = (Path(__file__).parent / "marts.sql").read_text()
PERSONAL = {
    "dim_customers": {"customer_name", "email", "phone"},
    "at_risk_customers": {"customer_name", "email", "phone"},
}


@dataclass
class Company:
    """A warehouse with marts, ready to publish."""

    as_of: datetime = AS_OF

    rules: str = (
        "{holdout: {share: 0}, fallback_owner: Success,"
        " lists: {at_risk: {capacity: 50, chance_to_help: 0.2, horizon_months: 12}}}"
    )

    unique: dict[str, list[str]] = field(default_factory=dict)

    partition_by: dict[str, str] = field(default_factory=dict)

    def build(self, personal: dict[str, set[str]] | None = None) -> None:
        """(Re)build the marts and their manifest, and prepare the at-risk list."""
        with warehouse() as connection:
            connection.execute(SQL)
        self.describe(PERSONAL if personal is None else personal)
        self.prepare()

    def prepare(self) -> None:
        """Work out the lists of this `as_of`."""
        settings().lists_file.parent.mkdir(parents=True, exist_ok=True)
        settings().lists_file.write_text(self.rules)
        prepare(self.as_of)

    def execute(self, statement: str) -> None:
        with warehouse() as connection:
            connection.execute(statement)

    def describe(self, personal: dict[str, set[str]], leave_out: tuple[str, ...] = ()) -> None:
        """Write the manifest dbt would write; `leave_out` names undescribed columns.

        Of `personal` only what a table has counts; without it, the usual columns are personal.
        """
        personal = {**PERSONAL, **personal}
        with warehouse() as connection:
            found = connection.execute(
                "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
            ).fetchall()
        nodes: dict[str, dict] = {}
        for table, column in found:
            node = nodes.setdefault(
                f"model.heedline.{table}",
                {
                    "unique_id": f"model.heedline.{table}",
                    "resource_type": "model",
                    "schema": "marts",
                    "name": table,
                    "alias": table,
                    "description": f"One row per test row of {table}; the customer's own.",
                    "columns": {},
                },
            )
            if column not in leave_out:
                meta = {"personal_data": True} if column in personal.get(table, ()) else {}
                node["columns"][column] = {
                    "name": column,
                    "description": f"What {column} means.",
                    "meta": {},
                    "config": {"meta": meta},
                }
        for table, column in self.partition_by.items():
            nodes[f"model.heedline.{table}"]["config"] = {"meta": {"partition_by": column}}
        for table, columns in self.unique.items():
            nodes[f"test.heedline.{table}"] = {
                "resource_type": "test",
                "attached_node": f"model.heedline.{table}",
                "test_metadata": {"name": "unique_together", "kwargs": {"columns": columns}},
            }
        dbt.manifest().parent.mkdir(parents=True, exist_ok=True)
        dbt.manifest().write_text(json.dumps({"nodes": nodes}))
        self.measure("dim_customers", groups=("segment",))

    def measure(self, table: str, groups: tuple[str, ...]) -> None:
        """Write the semantic manifest dbt would write for one model that groups by columns."""
        model = {
            "name": "customers",
            "node_relation": {"alias": table, "schema_name": "marts", "relation_name": "…"},
            "entities": [],
            "dimensions": [{"name": name, "expr": None} for name in groups],
            "measures": [],
        }
        manifest = {
            "semantic_models": [model],
            "metrics": [],
            "project_configuration": {"time_spines": []},
        }
        dbt.manifest().with_name("semantic_manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    made = Company()
    made.build()
    yield made
    assert not list(settings().published.glob(".building-*"))


@pytest.fixture
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report without charts, for tests that publish often and look at something else."""

    def write(folder: Path, as_of: datetime) -> None:
        (folder / report.FILE).write_text(f"as of {as_of}")

    monkeypatch.setattr(report, "write", write)


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """The server with an empty database and none of our roles."""
    with psycopg.connect(running_server.uri(database="postgres"), autocommit=True) as connection:
        connection.execute("drop database if exists bi with (force)")
        connection.execute("create database bi")
        for role in (*ROLES, "publisher", "tableau"):
            connection.execute(f"drop role if exists {role}")
    return running_server
