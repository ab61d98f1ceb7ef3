"""Writes the project's folder: the pointer file, the semantic model and the report."""

import json
from pathlib import Path

import duckdb

from publish import semantics
from publish.destinations.powerbi import data, pbir, report_page, tmdl
from publish.destinations.powerbi.build import Catalogue, build
from publish.destinations.powerbi.metrics import SemanticLayer
from publish.destinations.powerbi.pbir import as_json
from publish.marts import Mart
from warehouse import dbt

NAME = "Heedline"
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def write(connection: duckdb.DuckDBPyConnection, marts: tuple[Mart, ...], folder: Path) -> None:
    """Write the project and its data below `folder`; the project depends on the schema alone.

    Args:
        connection: the warehouse.
        folder: of the version that is being built.

    Raises:
        CannotPublish: the exposure `power_bi` leaves out what the KPIs are added up from.
    """
    layer = SemanticLayer(json.loads(semantics.definitions()))
    model = build(Catalogue.of(marts, json.loads(dbt.manifest().read_text())), layer)
    data.write(connection, model, layer, folder)
    labels = {kpi.name: kpi.label for kpi in layer.kpis()}
    written = _pointers()
    for path, content in tmdl.files(model).items():
        written[f"{NAME}.SemanticModel/definition/{path}"] = content
    for path, content in pbir.files(report_page.pages(model, labels)).items():
        written[f"{NAME}.Report/definition/{path}"] = content
    for path, content in written.items():
        target = folder / data.FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8", newline="\n")


def _pointers() -> dict[str, str]:
    """The files that say what is what: project → report → semantic model."""
    project = {
        "$schema": f"{_SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
        "version": "1.0",
        "artifacts": [{"report": {"path": f"{NAME}.Report"}}],
        "settings": {"enableAutoRecovery": True},
    }
    report = {
        "$schema": f"{_SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
        "version": "4.0",
        "datasetReference": {"byPath": {"path": f"../{NAME}.SemanticModel"}},
    }
    model = {
        "$schema": f"{_SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
        "version": "4.2",
        "settings": {},
    }
    return {
        f"{NAME}.pbip": as_json(project),
        f"{NAME}.Report/definition.pbir": as_json(report),
        f"{NAME}.SemanticModel/definition.pbism": as_json(model),
    }
