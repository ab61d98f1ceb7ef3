"""The bundle as it is kept, and the contracts of the acme company's marts beside it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from publish.superset.bundle import ROOM
from tests.dbt_project.conftest import acme_home as acme_home
from tests.dbt_project.conftest import published as published
from tests.dbt_project.conftest import snapshot as snapshot
from tests.publish.superset.asking import add_user
from tests.publish.superset.server import Superset, running
from warehouse.settings import PROJECT_ROOT

READER, ONE_TEAM = "reader", "team_lead"


@dataclass(frozen=True)
class Bundle:
    """The YAML of a bundle, read back; each kind by its file's path."""

    databases: dict[str, Any]
    datasets: dict[str, Any]
    charts: dict[str, Any]
    dashboards: dict[str, Any]

    def dataset_of(self, chart: dict[str, Any]) -> dict[str, Any]:
        return next(d for d in self.datasets.values() if d["uuid"] == chart["dataset_uuid"])

    def dataset(self, name: str) -> dict[str, Any]:
        return next(d for d in self.datasets.values() if d["table_name"] == name)


def read(folder: Path) -> Bundle:
    return Bundle(
        **{
            kind: {
                str(file.relative_to(folder)): yaml.safe_load(file.read_text())
                for file in sorted((folder / kind).rglob("*.yaml"))
            }
            for kind in ("databases", "datasets", "charts", "dashboards")
        }
    )


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return read(ROOM / "bundle")


@pytest.fixture(scope="session")
def target(published: Path) -> Path:
    """Where dbt left its manifests."""
    return published / "dbt" / "target"


@pytest.fixture(scope="session")
def contracts(target: Path) -> dict[str, dict[str, Any]]:
    """The columns of every mart, as dbt describes them."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return {
        node["name"]: node["columns"]
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }


@pytest.fixture(scope="session")
def scorecard() -> dict[str, str]:
    """KPI of the scorecard → its metric, from the semantic layer."""
    path = PROJECT_ROOT / "dbt_project" / "models" / "semantic"
    metrics = [
        metric
        for file in sorted(path.glob("_metrics_*.yml"))
        for metric in yaml.safe_load(file.read_text())["metrics"]
    ]
    metas = {metric["name"]: metric["config"]["meta"] for metric in metrics}
    return {meta["scorecard"]: name for name, meta in metas.items() if "scorecard" in meta}


@pytest.fixture(scope="session")
def version(request: pytest.FixtureRequest) -> Path:
    """A published version: HEEDLINE_SUPERSET_VERSION, else the acme company's."""
    if named := os.environ.get("HEEDLINE_SUPERSET_VERSION"):
        return Path(named)
    return Path(request.getfixturevalue("snapshot")).parent


@pytest.fixture(scope="session")
def marts(version: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables, without Superset."""
    with duckdb.connect(str(version / "support.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="session")
def teams(marts: duckdb.DuckDBPyConnection) -> list[str]:
    """Every team, the busiest first."""
    found = marts.execute(
        "select team from kpi_daily where team is not null group by 1 order by count(*) desc, 1"
    ).fetchall()
    return [team for (team,) in found]


@pytest.fixture(scope="session")
def superset(
    version: Path, teams: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Superset]:
    """A server with two readers: one of every page, one of the first team."""
    home = tmp_path_factory.mktemp("superset")
    access = yaml.safe_load((ROOM / "access.yml").read_text())
    pages = ["Heedline leaders", "Heedline support", "Heedline success"]
    assert set(pages) <= set(access)
    access["Own team"] = {"pages": ["support"], "teams": teams[:1]}
    (home / "access.yml").write_text(yaml.safe_dump(access))
    with running(version, home, home / "access.yml") as server:
        with server.client() as admin:
            add_user(admin, READER, server.password, pages)
            add_user(admin, ONE_TEAM, server.password, ["Own team"])
        yield server
