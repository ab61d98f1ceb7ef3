"""Every KPI of the semantic layer as a metric over `kpi_daily`, `kpi_weekly`, `kpi_monthly`.

A metric adds up numerators and denominators and divides last, in the marts' own arithmetic
(decimals of nine digits, macro `exact_sum`), so that it says what they say to the last digit, for
whatever it is grouped by. The SQL is understood by DuckDB and Postgres.
"""

import re
from dataclasses import dataclass
from typing import Any

# What the semantic models call otherwise than the KPI tables.
_RENAMED = {"measure": "kpi"}
_PART = re.compile(r"\{\{ *(?:Dimension|Entity)\('(?:\w+__)?(\w+)'\) *\}\}")
FORMATS = {
    "share": ".1%",
    "minutes": ",.0f",
    "score": ".2f",
    "points": ".1f",
    "conversations": ",d",
}


class CannotSay(ValueError):
    """A metric of a form that these datasets cannot express."""


@dataclass(frozen=True)
class Metric:
    """One metric of a dataset.

    Attributes:
        expression: SQL aggregate.
        form: d3 number format; None where rows differ in their unit, and every chart has its own.
        warning: shown where the metric is picked.
    """

    name: str
    label: str
    description: str
    expression: str
    form: str | None
    warning: str | None = None


@dataclass(frozen=True)
class Kpi:
    """A metric of the semantic layer.

    Attributes:
        unit: share, minutes, score, points or conversations.
        scorecard: its name in `kpi_scorecard`; None where it is not on it.
        adds_up: over days. NPS counts each customer's latest answer in a period, and a level is
            that of the last day: those hold for one period at a time.
    """

    name: str
    label: str
    description: str
    unit: str
    scorecard: str | None
    expression: str
    adds_up: bool

    @property
    def metric(self) -> Metric:
        warning = None if self.adds_up else "Holds for one period at a time: group by the period."
        return Metric(
            self.name,
            self.label,
            self.description,
            self.expression,
            FORMATS.get(self.unit, ",.2f"),
            warning,
        )


class SemanticLayer:
    """dbt's semantic manifest."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._metrics = {metric["name"]: metric for metric in manifest["metrics"]}
        self._measures = {
            measure["name"]: measure
            for model in manifest["semantic_models"]
            for measure in model["measures"]
        }

    def kpis(self) -> list[Kpi]:
        """Every metric that is not merely a part of others, by name.

        Raises:
            CannotSay: one is of a form that nobody has put into SQL here.
        """
        return [
            self._kpi(metric)
            for _, metric in sorted(self._metrics.items())
            if "part_of" not in self._meta(metric)
        ]

    @staticmethod
    def _meta(metric: dict[str, Any]) -> dict[str, Any]:
        return (metric["config"] or {}).get("meta") or {}

    def _kpi(self, metric: dict[str, Any]) -> Kpi:
        meta = self._meta(metric)
        measures: list[dict[str, Any]] = []
        expression = self._expression(metric, (), measures)
        return Kpi(
            name=metric["name"],
            label=metric["label"] or metric["name"],
            description=" ".join((metric["description"] or "").split()),
            unit=meta.get("unit", ""),
            scorecard=meta.get("scorecard"),
            expression=expression,
            adds_up=not any(measure["non_additive_dimension"] for measure in measures),
        )

    def _expression(
        self, metric: dict[str, Any], outer: tuple[str, ...], used: list[dict[str, Any]]
    ) -> str:
        """SQL of a metric; the measures it is made of are added to `used`."""
        where = outer + _conditions(metric["filter"])
        parameters = metric["type_params"]
        match metric["type"]:
            case "simple":
                measure = self._measures[parameters["measure"]["name"]]
                if measure["agg"] != "sum":
                    raise CannotSay(f"{metric['name']} is no sum")
                used.append(measure)
                return _sum(measure["expr"] or measure["name"], where)
            case "ratio":
                above, below = (
                    self._part(parameters[side], where, used)
                    for side in ("numerator", "denominator")
                )
                return f"{above} / nullif({below}, 0)"
            case "derived":
                parts = {
                    part["name"]: self._part(part, where, used) for part in parameters["metrics"]
                }
                names = "|".join(map(re.escape, parts))
                return re.sub(rf"\b({names})\b", lambda found: parts[found[1]], parameters["expr"])
        raise CannotSay(f"{metric['name']} is of type {metric['type']}")

    def _part(
        self, named: dict[str, Any], where: tuple[str, ...], used: list[dict[str, Any]]
    ) -> str:
        return self._expression(
            self._metrics[named["name"]], where + _conditions(named.get("filter")), used
        )


def _sum(column: str, where: tuple[str, ...]) -> str:
    condition = " and ".join(where) or "true"
    return f"cast(sum({column}) filter (where {condition}) as double precision)"


def _conditions(found: dict[str, Any] | None) -> tuple[str, ...]:
    templates = [part["where_sql_template"] for part in (found or {}).get("where_filters", ())]
    return tuple(
        _PART.sub(lambda part: _RENAMED.get(part[1], part[1]), template) for template in templates
    )
