"""Metrics of the semantic layer as measures: which sums, of what, under which name.

Only forms are read that can be said in sums (see `measures`); a metric of any other form is left
out with a warning. The records that metrics are measured on (`kpi_evidence`) are a view and no
Parquet. Their sums by day stand in `kpi_daily`, which is what Power BI adds up; for metrics that
count each respondent once, the few records that they need come along (`kpi_answers`).
"""

import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from publish.destinations.powerbi.measures import (
    Condition,
    Expression,
    LastDay,
    Latest,
    Ratio,
    Sum,
    Total,
)

log = logging.getLogger(__name__)

DAILY = "kpi_daily"
ANSWERS = "kpi_answers"

# What metrics are measured on whose sums by day stand in kpi_daily.
_ADDED_UP = {"kpi_evidence", "kpi_levels_daily", DAILY}
_KPI = "kpi"

_COLUMN = re.compile(r"(?:cast\()?(\w+)(?: as [\w(), ]+\))?")
_CONDITION = re.compile(
    r"\{\{ *(Dimension|Entity)\('(?:\w+__)?(\w+)'\) *\}\} *(?:= *'([^']*)'|in *\(([^)]*)\))"
)
_PER_HUNDRED = re.compile(r"(?:(\d+) *\* *)?(\w+) */ *nullif\((\w+), *0\)")


class CannotSay(ValueError):
    """A metric that is no sum and no ratio of sums."""


@dataclass(frozen=True)
class Kpi:
    """A metric as Power BI is to show it; `unit` is its meta's, `scorecard` its name there."""

    name: str
    label: str
    description: str
    unit: str
    scorecard: str | None
    expression: Expression


@dataclass(frozen=True)
class Slicer:
    """What every KPI is told apart by: a column of their tables, and its name for people."""

    column: str
    label: str
    description: str


class SemanticLayer:
    """dbt's semantic manifest, asked for what a Power BI model needs.

    Attributes:
        dates: table and key of the time spine; None without one.
        slicers: channel, team, topic, segment, by column.
    """

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._metrics = {metric["name"]: metric for metric in manifest["metrics"]}
        self._models = [
            model
            for model in manifest["semantic_models"]
            if model["measures"] and model["node_relation"]["alias"] in _ADDED_UP
        ]
        spines = manifest["project_configuration"]["time_spines"]
        self.dates: tuple[str, str] | None = None
        if spines:
            self.dates = (spines[0]["node_relation"]["alias"], spines[0]["primary_column"]["name"])
        primary = {
            entity["name"]
            for model in manifest["semantic_models"]
            for entity in model["entities"]
            if entity["type"] == "primary"
        }
        self.slicers = {
            entity["name"]: Slicer(
                entity["name"], entity["label"] or entity["name"], entity["description"] or ""
            )
            for model in self._models
            for entity in model["entities"]
            if entity["name"] not in primary and entity["expr"] in (None, entity["name"])
        }

    def kpis(self) -> list[Kpi]:
        """Every metric that is not merely a part of others, by name."""
        found = []
        for name, metric in sorted(self._metrics.items()):
            meta = (metric.get("config") or {}).get("meta") or {}
            if "part_of" in meta:
                continue
            try:
                expression = self._expression(metric, ())
            except CannotSay as reason:
                log.warning("powerbi: metric %s is left out: %s", name, reason)
                continue
            label, about = metric["label"] or name, metric["description"] or ""
            unit, scorecard = meta.get("unit", ""), meta.get("scorecard")
            found.append(Kpi(name, label, about, unit, scorecard, expression))
        labels = Counter(kpi.label for kpi in found)
        # No two measures may bear one name.
        return [
            replace(kpi, label=f"{kpi.label} ({kpi.name})") if labels[kpi.label] > 1 else kpi
            for kpi in found
        ]

    @property
    def day(self) -> str:
        """The column of the KPI tables that says on which day something counts."""
        return next((str(model["defaults"]["agg_time_dimension"]) for model in self._models), "")

    def answers(self) -> "tuple[str, dict[str, str], tuple[str, ...]] | None":
        """View, its columns under our names, and KPIs whose records are needed one by one."""
        sums = [part for kpi in self.kpis() for part in _sums(kpi.expression)]
        latest = [part for part in sums if isinstance(part, Latest)]
        if not latest:
            return None
        model = next(m for m in self._models if any(_groupings(x) for x in m["measures"]))
        parts = {part["name"]: part for part in [*model["entities"], *model["dimensions"]]}
        # `measure` is the dimension's name, `kpi` the column's, here as in kpi_daily.
        columns = {self.day: _sql(parts[self.day]), **{name: name for name in self.slicers}}
        columns |= {c.column: c.column for part in latest for c in part.total.where}
        columns |= {part.respondent: _sql(parts[part.respondent]) for part in latest}
        columns |= {part.total.column: part.total.column for part in latest}
        where = [c for part in latest for c in part.total.where if c.column == _KPI]
        names = sorted({value for condition in where for value in condition.values})
        return str(model["node_relation"]["alias"]), columns, tuple(names)

    def _expression(self, metric: dict[str, Any], outer: tuple[Condition, ...]) -> Expression:
        where = outer + self._conditions(metric)
        parameters = metric.get("type_params") or {}
        match metric.get("type"):
            case "simple":
                return self._sum(parameters["measure"]["name"], where)
            case "ratio":
                return Ratio(
                    self._part(parameters["numerator"], where),
                    self._part(parameters["denominator"], where),
                )
            case "derived":
                read = _PER_HUNDRED.fullmatch(parameters["expr"])
                if read is None:
                    raise CannotSay(f"its formula is {parameters['expr']}")
                above, below = (self._part({"name": name}, where) for name in read.groups()[1:])
                return Ratio(above, below, factor=int(read[1] or 1))
        raise CannotSay(f"it is of type {metric.get('type')}")

    def _part(self, named: dict[str, Any], where: tuple[Condition, ...]) -> Sum:
        part = self._expression(self._metrics[named["name"]], where)
        if isinstance(part, Ratio):
            raise CannotSay(f"{named['name']} is a ratio itself")
        return part

    def _sum(self, measure_name: str, where: tuple[Condition, ...]) -> Sum:
        found = (
            (model, measure)
            for model in self._models
            for measure in model["measures"]
            if measure["name"] == measure_name
        )
        model, measure = next(found, (None, None))
        if model is None or measure is None:
            raise CannotSay(f"{measure_name} is measured on what {DAILY} does not add up")
        column = _COLUMN.fullmatch(measure["expr"] or measure_name)
        if measure["agg"] != "sum" or column is None:
            raise CannotSay(f"{measure_name} is no sum of a column")
        total = Total(DAILY, column[1], self._on_columns(model, where))
        non_additive = measure["non_additive_dimension"]
        if non_additive is None:
            return total
        if non_additive["window_choice"] != "max" or self.dates is None:
            raise CannotSay(f"{measure_name} takes another day than the last")
        groupings = _groupings(measure)
        if not groupings:
            return LastDay(total, self.dates)
        if len(groupings) > 1:
            raise CannotSay(f"{measure_name} takes the last of more than one thing")
        across = tuple(slicer.label for slicer in self.slicers.values())
        return Latest(replace(total, table=ANSWERS), groupings[0], self.day, across)

    def _on_columns(
        self, model: dict[str, Any], where: tuple[Condition, ...]
    ) -> tuple[Condition, ...]:
        """Conditions on dimensions and entities as such on columns of kpi_daily."""
        names = {part["name"]: _sql(part) for part in model["dimensions"]}
        conditions = tuple(replace(c, column=names.get(c.column, c.column)) for c in where)
        columns = {condition.column for condition in conditions}
        if unknown := sorted(columns - {_KPI, *self.slicers}):
            raise CannotSay(f"{DAILY} is not told apart by {unknown[0]}")
        if _KPI not in columns:
            raise CannotSay("it names no KPI, and sums of several mean nothing")
        return conditions

    def _conditions(self, metric: dict[str, Any]) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for part in (metric.get("filter") or {}).get("where_filters", ()):
            template = part["where_sql_template"]
            for term in re.split(r" and ", template):
                read = _CONDITION.fullmatch(term.strip())
                if read is None:
                    raise CannotSay(f"its filter is {template}")
                listed = re.findall(r"'([^']*)'", read[4]) if read[4] else [read[3]]
                found.append(Condition(read[2], tuple(listed)))
        return tuple(found)


def _sums(expression: Expression) -> tuple[Sum, ...]:
    if isinstance(expression, Ratio):
        return expression.numerator, expression.denominator
    return (expression,)


def _groupings(measure: dict[str, Any]) -> list[str]:
    return list((measure["non_additive_dimension"] or {}).get("window_groupings") or ())


def _sql(part: dict[str, Any]) -> str:
    return str(part["expr"] or part["name"])
