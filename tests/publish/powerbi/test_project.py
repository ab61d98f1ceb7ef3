"""The project's files: found by each other, the same for the same schema, and without people."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from publish import publish
from publish.marts import CannotPublish
from tests.publish.conftest import Company
from tests.publish.powerbi.tmdl_reader import read_folder
from warehouse import dbt

CSAT = "{{ Dimension('record__measure') }} = 'csat'"


def written(folder: Path) -> dict[str, bytes]:
    """Every file of the project, without the data beside it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".parquet"
    }


def describe(company: Company, exposed: tuple[str, ...]) -> None:
    """Give the company the real metrics of one KPI, and say which marts Power BI is to hold."""
    manifest = json.loads(dbt.manifest().read_text())
    nodes = [f"model.heedline.{name}" for name in exposed]
    manifest["exposures"] = {"e": {"name": "power_bi", "depends_on": {"nodes": nodes}}}
    dbt.manifest().write_text(json.dumps(manifest))
    path = dbt.manifest().with_name("semantic_manifest.json")
    semantic = json.loads(path.read_text())
    semantic["semantic_models"].append(
        {
            "name": "kpi_records",
            "defaults": {"agg_time_dimension": "metric_date"},
            "node_relation": {"alias": "kpi_daily", "schema_name": "marts", "relation_name": "…"},
            "entities": [
                entity("channel", "Channel"),
                entity("team", "Team"),
            ],
            "dimensions": [{"name": "measure", "expr": "kpi"}],
            "measures": [sum_of("numerator"), sum_of("denominator")],
        }
    )
    parts = {side: {"name": side} for side in ("numerator", "denominator")}
    semantic["metrics"] = [
        metric("csat", "ratio", parts, 'Satisfied\'s share: "so" [it] says.'),
        *(metric(side, "simple", {"measure": {"name": side}}, part_of="csat") for side in parts),
    ]
    path.write_text(json.dumps(semantic))


def entity(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "foreign", "expr": None, "description": name}


def sum_of(column: str) -> dict[str, Any]:
    return {"name": column, "expr": column, "agg": "sum", "non_additive_dimension": None}


def metric(
    name: str, kind: str, parts: dict[str, Any], about: str = "", **meta: str
) -> dict[str, Any]:
    return {
        "name": name,
        "label": f"It's {name}: 100 %",
        "description": about,
        "type": kind,
        "type_params": parts,
        "filter": {"where_filters": [{"where_sql_template": CSAT}]},
        "config": {"meta": meta},
    }


def test_the_files_lead_from_the_project_to_the_model(project: Path) -> None:
    start = json.loads((project / "Heedline.pbip").read_text())
    report = project / start["artifacts"][0]["report"]["path"]
    pointer = json.loads((report / "definition.pbir").read_text())
    model = report / pointer["datasetReference"]["byPath"]["path"]
    assert json.loads((model / "definition.pbism").read_text())["version"] == "4.2"
    assert (model / "definition" / "model.tmdl").is_file()


@pytest.mark.usefixtures("quick_report")
def test_other_rows_make_the_same_project(company: Company) -> None:
    describe(company, ("kpi_daily", "dim_customers", "dim_agents", "fct_conversations"))
    first = publish(company.as_of).folder / "powerbi"
    company.execute("update marts.kpi_daily set numerator = numerator + 1, channel = 'chat'")
    second = publish(company.as_of).folder / "powerbi"

    assert first != second
    assert written(first) == written(second)
    channels = pq.read_table(second / "data/channel.parquet").column(0).to_pylist()
    assert channels == ["chat", "email", "phone", "ticket"]


@pytest.mark.usefixtures("quick_report")
def test_another_definition_makes_another_project_and_odd_names_are_quoted(
    company: Company,
) -> None:
    marts = ("kpi_daily", "dim_customers", "fct_conversations")
    describe(company, marts)
    first = written(publish(company.as_of).folder / "powerbi")
    manifest = json.loads(dbt.manifest().read_text())
    manifest["nodes"]["model.heedline.fct_conversations"]["columns"]["status"]["description"] = (
        "New."
    )
    dbt.manifest().write_text(json.dumps(manifest))
    folder = publish(company.as_of).folder / "powerbi"

    changed = {name for name, content in written(folder).items() if first[name] != content}
    assert changed == {"Heedline.SemanticModel/definition/tables/fct_conversations.tmdl"}
    model = read_folder(folder / "Heedline.SemanticModel" / "definition")
    measure = model.of("table")["KPIs"].of("measure")["It's csat: 100 %"]
    assert measure.description == 'Satisfied\'s share: "so" [it] says.'


@pytest.mark.usefixtures("quick_report")
def test_the_data_beside_it_names_nobody(company: Company) -> None:
    describe(company, ("kpi_daily", "dim_customers", "fct_conversations"))
    folder = publish(company.as_of).folder / "powerbi"

    for file in (folder / "data").glob("*.parquet"):
        text = str(pq.read_table(file).to_pydict())
        assert "@customer.example" not in text
        assert "Ana Müller" not in text
    tables = {p.stem for p in (folder / "Heedline.SemanticModel/definition/tables").iterdir()}
    assert "at_risk_customers" not in tables


@pytest.mark.usefixtures("quick_report")
def test_without_metrics_and_exposure_every_mart_is_there(company: Company) -> None:
    folder = publish(company.as_of).folder / "powerbi"
    tables = read_folder(folder / "Heedline.SemanticModel" / "definition").of("table")
    assert {"kpi_daily", "fct_conversations", "dim_customers", "KPIs"} <= set(tables)
    assert "email" not in tables["dim_customers"].of("column")


@pytest.mark.usefixtures("quick_report")
def test_an_exposure_without_the_kpis_stops_the_publish(company: Company) -> None:
    describe(company, ("dim_customers",))
    with pytest.raises(CannotPublish, match="power_bi leaves out kpi_daily"):
        publish(company.as_of)
