"""A report in PBIR, Microsoft's folder format: a file per page and visual.

Each file names the schema that says what may be in it (github.com/microsoft/json-schemas). The
versions are those of early 2025, so that Power BI Desktop need not be the newest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
WIDTH, HEIGHT = 1280, 720

Place = tuple[int, int, int, int]
"""Left, top, width, height, in pixels of the page."""


@dataclass(frozen=True)
class Field:
    """A column, or a measure, of a table."""

    table: str
    name: str
    is_measure: bool = False

    def projection(self) -> dict[str, Any]:
        kind = "Measure" if self.is_measure else "Column"
        source = {"SourceRef": {"Entity": self.table}}
        return {
            "field": {kind: {"Expression": source, "Property": self.name}},
            "queryRef": f"{self.table}.{self.name}",
            "nativeQueryRef": self.name,
        }


@dataclass(frozen=True)
class Visual:
    """A chart.

    Attributes:
        name: unique on its page; letters, digits and hyphens.
        kind: Power BI's name of the chart.
        about: what a screen reader says.
        roles: which fields it draws as what.
        mode: of a slicer: `Between` two values, or a `Dropdown` of all.
    """

    name: str
    kind: str
    about: str
    roles: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    place: Place = (0, 0, WIDTH, HEIGHT)
    mode: str = ""

    def json(self, number: int) -> dict[str, Any]:
        x, y, width, height = self.place
        projections = {
            role: {"projections": [field.projection() for field in fields]}
            for role, fields in self.roles.items()
        }
        drawn: dict[str, Any] = {
            "visualType": self.kind,
            "query": {"queryState": projections},
            "visualContainerObjects": {"general": _properties(altText=self.about)},
            "drillFilterOtherVisuals": True,
        }
        if self.mode:
            drawn["objects"] = {"data": _properties(mode=self.mode)}
        return {
            "$schema": f"{_SCHEMAS}/visualContainer/2.0.0/schema.json",
            "name": self.name,
            "position": {
                "x": x,
                "y": y,
                "z": number,
                "height": height,
                "width": width,
                "tabOrder": number,
            },
            "visual": drawn,
        }


@dataclass(frozen=True)
class Page:
    """A page and what is on it, in the order of reading."""

    name: str
    title: str
    visuals: tuple[Visual, ...]


def files(pages: list[Page]) -> dict[str, str]:
    """Every file of the folder `definition`, by path in it."""
    written: dict[str, dict[str, Any]] = {
        "version.json": {
            "$schema": f"{_SCHEMAS}/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        "report.json": {
            "$schema": f"{_SCHEMAS}/report/3.0.0/schema.json",
            # Neither a theme of ours nor a copy of Microsoft's: Power BI takes its own.
            "themeCollection": {},
            "settings": {"useEnhancedTooltips": True, "exportDataMode": "AllowSummarized"},
        },
        "pages/pages.json": {
            "$schema": f"{_SCHEMAS}/pagesMetadata/1.0.0/schema.json",
            "pageOrder": [page.name for page in pages],
            "activePageName": pages[0].name,
        },
    }
    for page in pages:
        folder = f"pages/{page.name}"
        written[f"{folder}/page.json"] = {
            "$schema": f"{_SCHEMAS}/page/2.0.0/schema.json",
            "name": page.name,
            "displayName": page.title,
            "displayOption": "FitToPage",
            "height": HEIGHT,
            "width": WIDTH,
        }
        for number, visual in enumerate(page.visuals):
            written[f"{folder}/visuals/{visual.name}/visual.json"] = visual.json(number)
    return {path: as_json(content) for path, content in written.items()}


def as_json(content: Mapping[str, Any]) -> str:
    """As Power BI Desktop writes it: two spaces, UTF-8."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _properties(**properties: str) -> list[dict[str, Any]]:
    """Texts as formatting properties."""
    literals = {
        name: {"expr": {"Literal": {"Value": "'" + text.replace("'", "''") + "'"}}}
        for name, text in properties.items()
    }
    return [{"properties": literals}]
