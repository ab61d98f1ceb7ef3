"""Charts: from a few words on a page to what Superset's explorer would have saved.

A chart keeps the settings its picture is drawn from (`params`) and the query (`query_context`), so
that Superset can run it for a report or an API call without a browser. Kinds: `number`, `table`
(rows as they are, or grouped), `line`, `area`, `bars` and `stack` (over time or a category).
"""

import json
from dataclasses import dataclass
from typing import Any

from publish.superset.datasets import CannotBuild, Dataset
from publish.superset.ids import uuid_of
from publish.superset.pictures import MOST_ROWS, VIZ, params

_OPERATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "not": "!="}
_LOOK = {"as", "format", "width"}
_KNOWN = {
    *("kind", "title", "about", "dataset", "metric", "metrics", "by", "over", "every", "columns"),
    *("where", "sort", "sort_axis", "most", "format", "shown", "mark", "lying", "values"),
    *("width", "height"),
}
_GRAINS = {"day": "P1D", "week": "P1W", "month": "P1M"}


@dataclass(frozen=True)
class Chart:
    """One chart as a page asks for it.

    Attributes:
        page: the page's name, part of the chart's UUID.
        asked: what its page says of it (`_KNOWN`).
        dataset: where its rows come from.
    """

    page: str
    asked: dict[str, Any]
    dataset: Dataset

    def __post_init__(self) -> None:
        if self.kind not in VIZ:
            raise CannotBuild(f"{self.where}: no kind {self.kind}; known: {', '.join(VIZ)}")
        shown = [f"shown.{key}" for own in self.shown().values() for key in own if key not in _LOOK]
        for unknown in sorted({*(self.asked.keys() - _KNOWN), *shown}):
            raise CannotBuild(f"{self.where}: {unknown} is nothing that a chart can be told")
        for metric in self.metrics:
            if self.dataset.metric(metric) is None:
                raise CannotBuild(f"{self.where}: {self.dataset.name} has no metric {metric}")
        for column in self.columns_named:
            if self.dataset.column(column) is None:
                raise CannotBuild(f"{self.where}: {self.dataset.name} has no column {column}")

    @property
    def kind(self) -> str:
        return str(self.asked["kind"])

    @property
    def title(self) -> str:
        return str(self.asked["title"])

    @property
    def where(self) -> str:
        """Where it stands, for messages."""
        return f"pages/{self.page}.yml: {self.title}"

    @property
    def uuid(self) -> str:
        return uuid_of("chart", f"{self.page}/{self.title}")

    @property
    def metrics(self) -> list[str]:
        single = self.asked.get("metric")
        return [single] if single else list(self.asked.get("metrics", ()))

    @property
    def groups(self) -> list[str]:
        return list(self.asked.get("by", ()))

    @property
    def over(self) -> str | None:
        """What the x axis goes over."""
        return self.asked.get("over")

    @property
    def columns_named(self) -> set[str]:
        """Every column it shows, groups, filters or sorts by."""
        named = {*self.groups, *self.asked.get("columns", ()), *self.asked.get("where", {})}
        named |= {self.over} if self.over else set()
        return named | {name for name, _ in self.order() if name not in self.metrics}

    def exported(self) -> dict[str, Any]:
        """As Superset exports it."""
        drawn = params(self)
        context = {
            "datasource": {"id": 0, "type": "table"},
            "force": False,
            "queries": [self._query()],
            "form_data": {"datasource": drawn["datasource"], "viz_type": drawn["viz_type"]},
            "result_format": "json",
            "result_type": "full",
        }
        return {
            "slice_name": self.title,
            "description": self.asked.get("about"),
            "viz_type": VIZ[self.kind],
            "params": drawn,
            "query_context": json.dumps(context, sort_keys=True, ensure_ascii=False),
            "cache_timeout": None,
            "is_managed_externally": True,
            "uuid": self.uuid,
            "dataset_uuid": self.dataset.uuid,
            "version": "1.0.0",
        }

    def conditions(self) -> list[tuple[str, str, Any]]:
        """`where` as (column, operator, value): a value, a list of them, or {operator: value}."""
        found: list[tuple[str, str, Any]] = []
        for column, wanted in self.asked.get("where", {}).items():
            if isinstance(wanted, dict):
                found += [(column, _OPERATORS[sign], value) for sign, value in wanted.items()]
            elif isinstance(wanted, list):
                found.append((column, "IN", wanted))
            elif isinstance(wanted, bool):
                found.append((column, "IS TRUE" if wanted else "IS FALSE", None))
            elif wanted == "known":
                found.append((column, "IS NOT NULL", None))
            else:
                found.append((column, "==", wanted))
        return found

    def order(self) -> list[tuple[str, bool]]:
        """(name, ascending); `-name` is descending. Series come by their first metric, as drawn."""
        names = self.asked.get("sort", [f"-{self.metrics[0]}"] if self.over else ())
        return [(name.lstrip("-"), not name.startswith("-")) for name in names]

    def _query(self) -> dict[str, Any]:
        """The query as the explorer would send it; by the same rules the chart's plugin follows."""
        columns: list[Any] = list(self.asked.get("columns", self.groups))
        query: dict[str, Any] = {
            "filters": [
                {"col": column, "op": sign} | ({} if value is None else {"val": value})
                for column, sign, value in self.conditions()
            ],
            "extras": {"having": "", "where": ""},
            "applied_time_extras": {},
            "annotation_layers": [],
            "columns": columns,
            "metrics": self.metrics or None,
            "orderby": [[name, ascending] for name, ascending in self.order()],
            "row_limit": self.asked.get("most", MOST_ROWS),
            "series_limit": 0,
            "url_params": {},
            "custom_params": {},
            "custom_form_data": {},
        }
        if self.over:
            axis = {"columnType": "BASE_AXIS", "expressionType": "SQL"}
            axis |= {"label": self.over, "sqlExpression": self.over}
            if grain := self.grain():
                axis["timeGrain"] = grain
            query["columns"] = [axis, *self.groups]
            query["series_columns"] = self.groups
        return query

    def grain(self) -> str | None:
        every = self.asked.get("every")
        return _GRAINS[every] if every else None

    def form(self) -> str:
        """The number format: its own, else the first metric's."""
        if "format" in self.asked:
            return str(self.asked["format"])
        metric = self.dataset.metric(self.metrics[0]) if self.metrics else None
        return (metric.form if metric else None) or "SMART_NUMBER"

    def shown(self) -> dict[str, dict[str, Any]]:
        """How columns look: `as` (header), `format`, `width`."""
        found: dict[str, dict[str, Any]] = self.asked.get("shown", {})
        return found
