"""The model of what is published: which tables, how shown, and what filters what.

Nothing is listed here that dbt knows: the exposure `power_bi` names the marts, the catalogue their
columns and who may see them, their keys the relationships, the semantic layer dimensions and KPIs.
"""

from dataclasses import dataclass, replace
from typing import Any

from publish.destinations import parquet
from publish.destinations.powerbi import data, scorecard
from publish.destinations.powerbi.kpis import kpi_table
from publish.destinations.powerbi.metrics import ANSWERS, DAILY, SemanticLayer, Slicer
from publish.destinations.powerbi.model import (
    Model,
    ModelColumn,
    Relationship,
    Role,
    Table,
    format_string,
)
from publish.destinations.powerbi.relationships import Keyed, relate
from publish.destinations.powerbi.roles import ACCESS, own_team
from publish.destinations.powerbi.tmdl import FOLDER_PARAMETER
from publish.labels import folder
from publish.marts import CannotPublish, Column, Mart

EXPOSURE = "power_bi"
DEFAULT_FOLDER = r"C:\Heedline\published\current"

_GRAINS = ("year", "quarter", "month")
_GRAIN_FORMATS = {"year": "yyyy", "quarter": r"\Qq yyyy", "month": "mmm yyyy"}


@dataclass(frozen=True)
class Catalogue:
    """What dbt says of the marts.

    Attributes:
        marts: those of the model, by name; no views.
        keys: mart → the one column that no two rows share.
        folders: KPI → the display folder of its measure.
    """

    marts: tuple[Mart, ...]
    keys: dict[str, str]
    folders: dict[str, str]

    @classmethod
    def of(cls, marts: tuple[Mart, ...], manifest: dict[str, Any]) -> "Catalogue":
        """Read dbt's manifest; without the exposure, every mart is part of the model."""
        exposures = manifest.get("exposures", {}).values()
        read = [one["depends_on"]["nodes"] for one in exposures if one["name"] == EXPOSURE]
        wanted = {node.rsplit(".", 1)[-1] for nodes in read for node in nodes}
        tables = [m for m in marts if m.view is None and (not read or m.name in wanted)]
        nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
        unique = {n.get("alias") or n["name"]: list(n.get("primary_key") or ()) for n in nodes}
        keys = {name: columns[0] for name, columns in unique.items() if len(columns) == 1}
        folders = {
            metric["name"]: _folder_of(metric["original_file_path"])
            for metric in manifest.get("metrics", {}).values()
        }
        return cls(tuple(tables), keys, folders)


def build(catalogue: Catalogue, layer: SemanticLayer) -> Model:
    """The whole model."""
    dates = layer.dates if layer.dates and layer.dates[0] in _names(catalogue) else None
    tables = [_mart_table(mart, layer, dates) for mart in catalogue.marts]
    tables += [_slicer_table(slicer) for slicer in layer.slicers.values()]
    answers = layer.answers()
    if answers is not None:
        tables.append(_answers_table(tuple(answers[1]), layer.day))
    relationships = relate(
        _keyed(tables, catalogue, layer),
        {name: (slicer.label, slicer.label) for name, slicer in layer.slicers.items()},
        _days(tables, layer),
        dates,
    )
    tables = [_without_keys(table, relationships) for table in tables]
    kpis = kpi_table(layer.kpis(), catalogue.folders)
    if kpis.measures and DAILY not in _names(catalogue):
        raise CannotPublish(
            f"publish: the exposure {EXPOSURE} leaves out {DAILY}, which every KPI is added up "
            "from; name it in dbt_project/models/_exposures.yml"
        )
    roles: tuple[Role, ...] = ()
    if team := layer.slicers.get("team"):
        tables.append(ACCESS)
        roles = (own_team(team.label, tables, relationships, layer),)
    about = (
        "Folder of the published version: the one that holds parquet and powerbi. Name the "
        "link `current`, so that a refresh takes the newest."
    )
    parameters = ((FOLDER_PARAMETER, DEFAULT_FOLDER, about),)
    return Model((kpis, *tables), relationships, roles, parameters)


def _names(catalogue: Catalogue) -> set[str]:
    return {mart.name for mart in catalogue.marts}


def _folder_of(path: str) -> str:
    """`…/_metrics_self_service.yml` → `Self service`; `_metrics_sla.yml` → `SLA`."""
    topic = path.rsplit("/", 1)[-1].removeprefix("_metrics_").rsplit(".", 1)[0].strip("_")
    return topic.upper() if len(topic) <= 3 else topic.replace("_", " ").capitalize()


def _mart_table(mart: Mart, layer: SemanticLayer, dates: tuple[str, str] | None) -> Table:
    if dates and mart.name == dates[0]:
        return _dates_table(mart, dates[1])
    columns = mart.leaders_columns
    if mart.name == DAILY:
        # Sums are all that measures add up; a rate of one row must not be averaged by anybody.
        needed = {layer.day, *layer.slicers, "kpi", "numerator", "denominator"}
        columns = tuple(column for column in columns if column.name in needed)
    names = {column.name for column in columns}
    shown = tuple(_column(column, names, is_hidden=mart.name == DAILY) for column in columns)
    measures = scorecard.measures(mart.name, names)
    return Table(mart.name, mart.description, shown, parquet.source(mart), measures=measures)


def _column(column: Column, names: set[str], is_hidden: bool = False) -> ModelColumn:
    return ModelColumn(
        column.name,
        column.name,
        column.kind,
        column.description,
        folder=folder(column),
        format=format_string(column.kind),
        is_hidden=is_hidden,
        sort_by="sort_order" if column.name == "label" and "sort_order" in names else "",
    )


def _dates_table(mart: Mart, key: str) -> Table:
    columns = []
    for column in mart.leaders_columns:
        grain = column.name.removesuffix("_start")
        shown = _GRAIN_FORMATS.get(grain, format_string(column.kind))
        shown_column = _column(column, set())
        is_key = column.name == key
        columns.append(replace(shown_column, folder="", format=shown, is_key=is_key))
    grains = [g for g in _GRAINS if f"{g}_start" in {c.name for c in columns}]
    levels = (*((g.capitalize(), f"{g}_start") for g in grains), ("Day", key))
    about = f"{mart.description} Here it begins with the year of the earliest row of any table."
    return Table(mart.name, about, tuple(columns), data.path(mart.name), levels=levels)


def _slicer_table(slicer: Slicer) -> Table:
    column = ModelColumn(slicer.label, slicer.column, "VARCHAR", slicer.description, is_key=True)
    about = f"{slicer.description} Slices every table that has it."
    return Table(slicer.label, about, (column,), data.path(slicer.column))


def _answers_table(columns: tuple[str, ...], day: str) -> Table:
    kinds = {day: "DATE", "numerator": "DOUBLE", "denominator": "DOUBLE"}
    about = (
        "One row per respondent, day and KPI of which only each respondent's latest counts. "
        "Days do not add up to it, so its records are here."
    )
    hidden = tuple(ModelColumn(name, name, kinds.get(name, "VARCHAR"), "") for name in columns)
    return Table(ANSWERS, about, hidden, data.path(ANSWERS), is_hidden=True)


def _keyed(tables: list[Table], catalogue: Catalogue, layer: SemanticLayer) -> tuple[Keyed, ...]:
    # The scorecard has a topic, too: what a KPI is about, not what its row is a part of.
    apart = {slicer.label for slicer in layer.slicers.values()} | {scorecard.MART}
    return tuple(
        Keyed(table.name, tuple(c.name for c in table.columns), catalogue.keys.get(table.name, ""))
        for table in tables
        if table.name not in apart and not table.levels
    )


def _days(tables: list[Table], layer: SemanticLayer) -> dict[str, str]:
    """A table's column of days: the KPIs', or the start of a period that the table has many of."""
    found = {}
    for table in tables:
        names = {column.name for column in table.columns}
        if layer.day in names:
            found[table.name] = layer.day
        elif {"period_start", "is_complete"} <= names:
            found[table.name] = "period_start"
    return found


def _without_keys(table: Table, relationships: tuple[Relationship, ...]) -> Table:
    """Hide ids, and columns whose values the table they lead to shows."""
    active = {(r.table, r.column) for r in relationships if r.is_active}
    columns = tuple(
        replace(column, is_hidden=True)
        if (table.name, column.name) in active or column.name.endswith("_id")
        else column
        for column in table.columns
    )
    return replace(table, columns=columns)
