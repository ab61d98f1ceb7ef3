"""The Power BI project of the acme company, as a publish writes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from publish.destinations.powerbi.metrics import Kpi, SemanticLayer
from tests.dbt_project.conftest import acme_home as acme_home
from tests.dbt_project.conftest import published as published
from tests.publish.powerbi.tmdl_reader import Node, read_folder


@pytest.fixture(scope="session")
def version(published: Path) -> Path:
    """The published folder."""
    return published / "published" / "current"


@pytest.fixture(scope="session")
def project(version: Path) -> Path:
    return version / "powerbi"


@pytest.fixture(scope="session")
def model(project: Path) -> Node:
    """The semantic model, read back by the tests' own reader."""
    return read_folder(project / "Heedline.SemanticModel" / "definition")


@pytest.fixture(scope="session")
def manifest(published: Path) -> dict[str, Any]:
    """What dbt said of the marts."""
    read: dict[str, Any] = json.loads((published / "dbt/target/manifest.json").read_text())
    return read


@pytest.fixture(scope="session")
def kpis(version: Path) -> dict[str, Kpi]:
    """Every KPI as the generator reads it from the published metrics."""
    layer = SemanticLayer(json.loads((version / "semantic_manifest.json").read_text()))
    return {kpi.name: kpi for kpi in layer.kpis()}
