"""Dashboards: rows of charts under headings, and filters above them."""

from dataclasses import dataclass
from typing import Any

from publish.colours import CHANNELS
from publish.superset.charts import Chart
from publish.superset.datasets import CannotBuild, Dataset
from publish.superset.ids import uuid_of
from publish.superset.metrics import FORMATS, Kpi
from publish.superset.pictures import COLOR_SCHEME

_COLUMNS = 12
_SCORECARD = "kpi_scorecard"


@dataclass(frozen=True)
class Page:
    """One dashboard: what its YAML says, and its charts in reading order.

    Attributes:
        name: of the file.
        asked: `title`, `about`, `filters` (dataset, columns), and `rows`, each a heading or charts.
    """

    name: str
    asked: dict[str, Any]
    charts: tuple[Chart, ...]

    @property
    def uuid(self) -> str:
        return uuid_of("dashboard", self.name)

    def exported(self) -> dict[str, Any]:
        """As Superset exports it."""
        return {
            "dashboard_title": self.asked["title"],
            "description": " ".join(self.asked["about"].split()),
            "slug": f"heedline-{self.name}",
            "css": "",
            "published": True,
            "is_managed_externally": True,
            "uuid": self.uuid,
            "position": self._position(),
            "metadata": {
                "color_scheme": COLOR_SCHEME,
                # Counted off from the scheme, a channel would have another colour on each chart.
                "label_colors": CHANNELS,
                "cross_filters_enabled": False,
                "refresh_frequency": 0,
                "expanded_slices": {},
                "timed_refresh_immune_slices": [],
                "native_filter_configuration": self._filters(),
            },
            "version": "1.0.0",
        }

    def _position(self) -> dict[str, Any]:
        """Superset's tree of parts: root, grid, rows, charts."""
        charts = iter(enumerate(self.charts, start=1))
        parts: dict[str, Any] = {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
            "HEADER_ID": {
                "type": "HEADER",
                "id": "HEADER_ID",
                "meta": {"text": self.asked["title"]},
            },
        }
        rows = []
        for number, row in enumerate(self.asked["rows"], start=1):
            row_id = f"ROW-{number}"
            inside = []
            if "text" in row:
                inside.append(part := _markdown(number, row["text"]))
                parts[part["id"]] = part
            for asked in row.get("charts", ()):
                if "column" in asked:
                    within = [_chart(*next(charts), lower | asked) for lower in asked["column"]]
                    inside.append(part := _column(row_id, asked["width"], within))
                    parts |= {lower["id"]: lower for lower in within}
                else:
                    inside.append(part := _chart(*next(charts), row | asked))
                parts[part["id"]] = part
            if (width := sum(part["meta"]["width"] for part in inside)) != _COLUMNS:
                raise CannotBuild(f"pages/{self.name}.yml: row {number} is {width} of 12 wide")
            meta = {"background": "BACKGROUND_TRANSPARENT"}
            above = ["ROOT_ID", "GRID_ID"]
            parts[row_id] = _part("ROW", row_id, above, [part["id"] for part in inside], meta)
            for part in inside:
                part["parents"] = [*above, row_id]
                for lower in part["children"]:
                    parts[lower]["parents"] = [*above, row_id, part["id"]]
            rows.append(row_id)
        parts["GRID_ID"] = _part("GRID", "GRID_ID", ["ROOT_ID"], rows, {})
        return parts

    def _filters(self) -> list[dict[str, Any]]:
        """A filter per column. Charts without that column leave it aside by themselves."""
        filters = self.asked.get("filters")
        if not filters:
            return []
        # Positions in the page: Superset puts its own ids in when it imports.
        whole = [
            number
            for number, chart in enumerate(self.charts, start=1)
            if chart.dataset.name in filters.get("not_on", ())
        ]
        return [
            {
                "id": f"NATIVE_FILTER-{uuid_of('filter', f'{self.name}/{column}')}",
                "name": column.replace("_", " ").capitalize(),
                "type": "NATIVE_FILTER",
                "filterType": "filter_select",
                "targets": [
                    {
                        "datasetUuid": uuid_of("dataset", filters["dataset"]),
                        "column": {"name": column},
                    }
                ],
                "scope": {"rootPath": ["ROOT_ID"], "excluded": whole},
                "controlValues": {
                    "multiSelect": True,
                    "enableEmptyFilter": False,
                    "defaultToFirstItem": False,
                    "inverseSelection": False,
                    "searchAllOptions": False,
                },
                "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
                "cascadeParentIds": [],
                "description": "",
            }
            for column in filters["columns"]
        ]


def page(name: str, asked: dict[str, Any], datasets: dict[str, Dataset], kpis: list[Kpi]) -> Page:
    """A page with its charts.

    Raises:
        CannotBuild: it names a dataset, metric, column or KPI that there is not, or a title twice.
    """
    filters = asked.get("filters")
    if filters:
        for column in filters["columns"]:
            if datasets[filters["dataset"]].column(column) is None:
                raise CannotBuild(f"pages/{name}.yml: {filters['dataset']} has no column {column}")
    charts = []
    for row in asked["rows"]:
        for wanted in _unfolded(row):
            full = _tile(name, wanted, kpis) if "scorecard" in wanted else wanted
            if full["dataset"] not in datasets:
                raise CannotBuild(f"pages/{name}.yml: no dataset {full['dataset']} in datasets.yml")
            charts.append(Chart(name, full, datasets[full["dataset"]]))
    titles = [chart.title for chart in charts]
    if len(set(titles)) < len(titles):
        raise CannotBuild(f"pages/{name}.yml: two charts have the same title")
    return Page(name, asked, tuple(charts))


def _unfolded(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The charts of a row in reading order, those in columns too."""
    return [wanted for entry in row.get("charts", ()) for wanted in entry.get("column", [entry])]


def _tile(page_name: str, wanted: dict[str, Any], kpis: list[Kpi]) -> dict[str, Any]:
    """`scorecard: csat`: the number of the scorecard, titled and formatted as dbt says."""
    found = next((kpi for kpi in kpis if kpi.scorecard == wanted["scorecard"]), None)
    if found is None:
        raise CannotBuild(f"pages/{page_name}.yml: {wanted['scorecard']} is not on the scorecard")
    return {
        "kind": "number",
        "dataset": _SCORECARD,
        "title": found.label,
        "metric": "value",
        "where": {"kpi": wanted["scorecard"]},
        "format": FORMATS[found.unit],
        "about": "minutes" if found.unit == "minutes" else "",
    }


def _part(
    kind: str, name: str, parents: list[str], children: list[str], meta: dict[str, Any]
) -> dict[str, Any]:
    return {"type": kind, "id": name, "parents": parents, "children": children, "meta": meta}


def _chart(index: int, chart: Chart, asked: dict[str, Any]) -> dict[str, Any]:
    meta = {
        "chartId": index,
        "uuid": chart.uuid,
        "sliceName": chart.title,
        "width": asked["width"],
        "height": asked["height"],
    }
    return _part("CHART", f"CHART-{index}", [], [], meta)


def _column(row_id: str, width: int, within: list[dict[str, Any]]) -> dict[str, Any]:
    """Charts one below the other."""
    meta = {"background": "BACKGROUND_TRANSPARENT", "width": width}
    return _part("COLUMN", f"COLUMN-{row_id}", [], [part["id"] for part in within], meta)


def _markdown(number: int, text: str) -> dict[str, Any]:
    meta = {"code": text.strip(), "width": _COLUMNS, "height": 12 if "\n" in text.strip() else 9}
    return _part("MARKDOWN", f"MARKDOWN-{number}", [], [], meta)
