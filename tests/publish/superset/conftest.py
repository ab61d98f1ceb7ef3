"""The bundle as it is kept, and the contracts of the acme company's marts beside it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from publish.superset.bundle import ROOM
from tests.dbt_project.conftest import acme_home as acme_home
from tests.dbt_project.conftest import published as published
from tests.dbt_project.conftest import snapshot as snapshot


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
