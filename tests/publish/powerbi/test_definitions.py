"""What the semantic model says of itself: definitions, units, access; all of it dbt's."""

import json
from pathlib import Path
from typing import Any

import pytest

from publish.destinations.powerbi.metrics import Kpi
from tests.publish.powerbi.reading import active
from tests.publish.powerbi.tmdl_reader import Node


def test_every_metric_is_a_measure_with_its_definition(
    model: Node, kpis: dict[str, Kpi], version: Path
) -> None:
    metrics = json.loads((version / "semantic_manifest.json").read_text())["metrics"]
    whole = [m for m in metrics if "part_of" not in m["config"]["meta"]]
    measures = model.of("table")["KPIs"].of("measure")

    assert {metric["name"] for metric in whole} == set(kpis)
    for metric in whole:
        measure = measures[metric["label"]]
        assert measure.description.startswith(metric["description"])
        shown = {"share": "0.0%", "minutes": '#,0.0 "min"', "conversations": "#,0"}
        unit = metric["config"]["meta"]["unit"]
        assert measure.properties["formatString"] == shown.get(
            unit, measure.properties["formatString"]
        )
        assert measure.properties["displayFolder"] in {
            "Quality",
            "Self service",
            "SLA",
            "Speed",
            "Volume",
        }
    assert measures["Net promoter score (NPS)"].description.endswith("add up to the whole.")
    names = [name for table in model.of("table").values() for name in table.of("measure")]
    assert len(set(names)) == len(names)


def test_descriptions_are_dbts_and_nothing_adds_up_by_itself(
    model: Node, manifest: dict[str, Any]
) -> None:
    nodes = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    for table in model.of("table").values():
        for column in table.of("column").values():
            assert column.properties["summarizeBy"] == "none"
        if table.name not in nodes:
            continue
        described = nodes[table.name]
        assert table.description.startswith(" ".join(described["description"].split()))
        for column in table.of("column").values():
            about = " ".join(described["columns"][column.name]["description"].split())
            assert column.description == about, (table.name, column.name)
    conversations = model.of("table")["fct_conversations"].of("column")
    assert conversations["resolution_minutes"].properties["displayFolder"] == "Minutes"
    assert "isHidden" in conversations["customer_id"].properties
    assert "isHidden" in conversations["channel"].properties  # the table Channel shows it
    assert "isHidden" not in conversations["status"].properties


def test_the_model_holds_the_marts_of_its_exposure_and_nothing_personal(
    model: Node, manifest: dict[str, Any]
) -> None:
    (exposure,) = (e for e in manifest["exposures"].values() if e["name"] == "power_bi")
    named = {node.rsplit(".", 1)[-1] for node in exposure["depends_on"]["nodes"]}
    nodes = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    made = {"KPIs", "kpi_answers", "Team access", "Channel", "Team", "Topic", "Segment"}

    assert set(model.of("table")) == named - {"kpi_evidence"} | made
    for table in named:
        personal = {
            name
            for name, column in nodes[table]["columns"].items()
            if column["config"]["meta"].get("personal_data")
        }
        own = model.of("table")[table].of("column") if table in model.of("table") else {}
        assert not personal & set(own)
    assert "email" not in model.of("table")["dim_customers"].of("column")


def test_a_team_sees_its_own_rows_and_nothing_of_all_teams_together(model: Node) -> None:
    permissions = model.of("role")["Own team"].of("tablePermission")
    filtered = {many for many, one in active(model) if one == "Team"}
    open_to_all = {"KPIs", "dim_dates", "Channel", "Topic", "Segment"}

    assert "USERPRINCIPALNAME()" in permissions["Team"].formula
    assert "USERPRINCIPALNAME()" in permissions["Team access"].formula
    assert "'dim_agents'[team] IN" in permissions["dim_agents"].formula
    closed = {name for name, one in permissions.items() if one.formula == "FALSE()"}
    assert {"kpi_scorecard", "dim_customers", "kpi_journeys"} <= closed
    for table in model.of("table"):
        assert (table in permissions) != (table in filtered | open_to_all), table


@pytest.mark.parametrize("column", ["value", "target", "previous_value"])
def test_the_scorecards_numbers_are_shown_in_their_own_units(model: Node, column: str) -> None:
    scorecard = model.of("table")["kpi_scorecard"]
    (measure,) = (
        m for m in scorecard.of("measure").values() if f"'kpi_scorecard'[{column}])" in m.formula
    )
    assert measure.formula == f"SELECTEDVALUE('kpi_scorecard'[{column}])"
    shown = measure.properties["formatStringDefinition"]
    assert '"share", "0.0%"' in shown
    assert '"minutes", "#,0.0 ""min"""' in shown
    assert scorecard.of("column")["label"].properties["sortByColumn"] == "sort_order"
