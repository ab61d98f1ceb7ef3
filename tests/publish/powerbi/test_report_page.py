"""The starting report: every field it draws is in the model, every visual is on its page."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.publish.powerbi.tmdl_reader import Node

BASE = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/"


@pytest.fixture(scope="session")
def definition(project: Path) -> Path:
    return project / "Heedline.Report" / "definition"


@pytest.fixture(scope="session")
def visuals(definition: Path) -> dict[str, list[dict[str, Any]]]:
    """Page → its visuals."""
    return {
        page.name: [json.loads(file.read_text()) for file in page.glob("visuals/*/visual.json")]
        for page in sorted((definition / "pages").iterdir())
        if page.is_dir()
    }


def test_every_field_is_in_the_model(visuals: dict[str, list[dict[str, Any]]], model: Node) -> None:
    tables = model.of("table")
    drawn = set()
    for visual in (visual for page in visuals.values() for visual in page):
        for role in visual["visual"]["query"]["queryState"].values():
            for projection in role["projections"]:
                ((kind, field),) = projection["field"].items()
                table = field["Expression"]["SourceRef"]["Entity"]
                assert field["Property"] in tables[table].of(kind.lower()), visual["name"]
                assert projection["queryRef"] == f"{table}.{field['Property']}"
                drawn.add((visual["visual"]["visualType"], table))
    assert ("card", "KPIs") in drawn
    assert ("lineChart", "dim_dates") in drawn
    assert ("tableEx", "Channel") in drawn
    assert ("tableEx", "kpi_scorecard") in drawn


def test_visuals_lie_on_their_page_and_not_on_each_other(
    definition: Path, visuals: dict[str, list[dict[str, Any]]]
) -> None:
    for name, drawn in visuals.items():
        page = json.loads((definition / "pages" / name / "page.json").read_text())
        for visual in drawn:
            place = visual["position"]
            assert place["x"] >= 0
            assert place["y"] >= 0
            assert place["x"] + place["width"] <= page["width"]
            assert place["y"] + place["height"] <= page["height"]
            altered = visual["visual"]["visualContainerObjects"]["general"][0]["properties"]
            assert altered["altText"]["expr"]["Literal"]["Value"].strip("'")
        for one, other in combinations([visual["position"] for visual in drawn], 2):
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )


def test_names_are_those_of_the_folders_and_files_name_their_schema(definition: Path) -> None:
    listed = json.loads((definition / "pages/pages.json").read_text())
    folders = {path.name for path in (definition / "pages").iterdir() if path.is_dir()}
    assert set(listed["pageOrder"]) == folders
    assert listed["activePageName"] == listed["pageOrder"][0] == "overview"
    files = list(definition.rglob("*.json"))
    for file in files:
        content = json.loads(file.read_text())
        kind = content["$schema"].removeprefix(BASE).split("/")[0]
        assert (
            kind
            == {
                "version": "versionMetadata",
                "report": "report",
                "pages": "pagesMetadata",
                "page": "page",
                "visual": "visualContainer",
            }[file.stem]
        )
        if file.stem in {"page", "visual"}:
            assert content["name"] == file.parent.name
            assert len(content["name"]) <= 50
    assert len(files) > 20
