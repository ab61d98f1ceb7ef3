"""Charts: from a few words on a page to what Superset's explorer would have saved.

A chart keeps both the settings its picture is drawn from (`params`) and the query (`query_context`),
so that Superset can run it for a report or an API call without a browser. Kinds: `number`, `table`
(rows as they are, or grouped), `line`, `area`, `bars` and `stack` (over time or over a category).
"""

import json
from dataclasses import dataclass
from typing import Any

from publish.superset.datasets import CannotBuild, Dataset
from publish.superset.ids import uuid_of

_MOST_ROWS = 1000
_OPERATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "not": "!="}
_VIZ = {
    "number": "big_number_total",
    "table": "table",
    "line": "echarts_timeseries_line",
    "area": "echarts_area",
    "bars": "echarts_timeseries_bar",
    "stack": "echarts_timeseries_bar",
}
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
        if self.kind not in _VIZ:
            raise CannotBuild(f"{self.where}: no kind {self.kind}; known: {', '.join(_VIZ)}")
        shown = [f"shown.{key}" for own in self._shown().values() for key in own if key not in _LOOK]
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
        return named | {name for name, _ in self._order() if name not in self.metrics}

    def exported(self) -> dict[str, Any]:
        """As Superset exports it."""
        params = self._params()
        context = {
            "datasource": {"id": 0, "type": "table"},
            "force": False,
            "queries": [self._query()],
            "form_data": {"datasource": params["datasource"], "viz_type": params["viz_type"]},
            "result_format": "json",
            "result_type": "full",
        }
        return {
            "slice_name": self.title,
            "description": self.asked.get("about"),
            "viz_type": _VIZ[self.kind],
            "params": params,
            "query_context": json.dumps(context, sort_keys=True, ensure_ascii=False),
            "cache_timeout": None,
            "is_managed_externally": True,
            "uuid": self.uuid,
            "dataset_uuid": self.dataset.uuid,
            "version": "1.0.0",
        }

    def _conditions(self) -> list[tuple[str, str, Any]]:
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

    def _order(self) -> list[tuple[str, bool]]:
        """(name, ascending); `-name` is descending. Series come by their first metric, as drawn."""
        names = self.asked.get("sort", [f"-{self.metrics[0]}"] if self.over else ())
        return [(name.lstrip("-"), not name.startswith("-")) for name in names]

    def _query(self) -> dict[str, Any]:
        """The query as the explorer would send it; by the same rules the chart's plugin follows."""
        columns: list[Any] = list(self.asked.get("columns", self.groups))
        query: dict[str, Any] = {
            "filters": [
                {"col": column, "op": sign} | ({} if value is None else {"val": value})
                for column, sign, value in self._conditions()
            ],
            "extras": {"having": "", "where": ""},
            "applied_time_extras": {},
            "annotation_layers": [],
            "columns": columns,
            "metrics": self.metrics or None,
            "orderby": [[name, ascending] for name, ascending in self._order()],
            "row_limit": self.asked.get("most", _MOST_ROWS),
            "series_limit": 0,
            "url_params": {},
            "custom_params": {},
            "custom_form_data": {},
        }
        if self.over:
            axis = {"columnType": "BASE_AXIS", "expressionType": "SQL"}
            axis |= {"label": self.over, "sqlExpression": self.over}
            if grain := self._grain():
                axis["timeGrain"] = grain
            query["columns"] = [axis, *self.groups]
            query["series_columns"] = self.groups
        return query

    def _grain(self) -> str | None:
        every = self.asked.get("every")
        return _GRAINS[every] if every else None

    def _form(self) -> str:
        """The number format: its own, else the first metric's."""
        if "format" in self.asked:
            return str(self.asked["format"])
        metric = self.dataset.metric(self.metrics[0]) if self.metrics else None
        return (metric.form if metric else None) or "SMART_NUMBER"

    def _params(self) -> dict[str, Any]:
        common: dict[str, Any] = {
            "viz_type": _VIZ[self.kind],
            "datasource": "0__table",
            "adhoc_filters": [_adhoc(*condition) for condition in self._conditions()],
            "row_limit": self.asked.get("most", _MOST_ROWS),
            "extra_form_data": {},
        }
        match self.kind:
            case "number":
                return common | {
                    "metric": self.metrics[0],
                    "y_axis_format": self._form(),
                    "subtitle": self.asked.get("about", ""),
                    "header_font_size": 0.5,
                    "subtitle_font_size": 0.15,
                }
            case "table":
                return common | self._table()
        return common | self._series()

    def _table(self) -> dict[str, Any]:
        shown = {
            "table_timestamp_format": "%Y-%m-%d",
            "show_cell_bars": False,
            "color_pn": False,
            "column_config": self._column_config(),
            "conditional_formatting": [_painted(*mark) for mark in self.asked.get("mark", ())],
            "server_pagination": False,
            "allow_rearrange_columns": False,
        }
        if "columns" in self.asked:
            order = [json.dumps([name, ascending]) for name, ascending in self._order()]
            return shown | {
                "query_mode": "raw",
                "all_columns": self.asked["columns"],
                "order_by_cols": order,
            }
        order_metric = next((name for name, _ in self._order() if name in self.metrics), None)
        return shown | {
            "query_mode": "aggregate",
            "groupby": self.groups,
            "metrics": self.metrics,
            "timeseries_limit_metric": order_metric,
            "order_desc": not (self._order() and self._order()[0][1]),
        }

    def _column_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            name: {"d3NumberFormat": found.form, "d3SmallNumberFormat": found.form}
            for name in self.metrics
            if (found := self.dataset.metric(name))
        }
        for name, wanted in self._shown().items():
            own = config.setdefault(name, {})
            if "as" in wanted:
                own["customColumnName"] = wanted["as"]
            if "format" in wanted:
                own |= {"d3NumberFormat": wanted["format"], "d3SmallNumberFormat": wanted["format"]}
            if "width" in wanted:
                own["columnWidth"] = wanted["width"]
        return config

    def _shown(self) -> dict[str, dict[str, Any]]:
        """How columns look: `as` (header), `format`, `width`."""
        found: dict[str, dict[str, Any]] = self.asked.get("shown", {})
        return found

    def _series(self) -> dict[str, Any]:
        is_time = self._grain() is not None
        lying = bool(self.asked.get("lying"))
        stacked = self.kind in ("stack", "area")
        is_share = self._form().endswith("%")
        return {
            "x_axis": self.over,
            "time_grain_sqla": self._grain(),
            "metrics": self.metrics,
            "groupby": self.groups,
            "orientation": "horizontal" if lying else "vertical",
            "stack": "Stack" if stacked else None,
            "show_legend": len(self.groups) + len(self.metrics) > 1,
            "legendOrientation": "top",
            "legendType": "scroll",
            "rich_tooltip": True,
            "showTooltipTotal": stacked,
            "y_axis_format": self._form(),
            "x_axis_time_format": "%d %b" if self.asked.get("every") != "month" else "%b %y",
            "tooltipTimeFormat": "%Y-%m-%d",
            "x_axis_sort_asc": True,
            "x_axis_sort": self.asked.get("sort_axis", None if is_time else self.metrics[0]),
            "x_axis_force_categorical": not is_time,
            "markerEnabled": self.kind == "line",
            "markerSize": 4,
            # Shares end at 100 %; lines of shares need not begin at 0.
            "truncateYAxis": is_share,
            "y_axis_bounds": [None, 1 if is_share else None],
            "show_value": bool(self.asked.get("values")),
            "color_scheme": "supersetColors",
            "order_desc": True,
            "show_empty_columns": True,
            "truncate_metric": True,
            "x_axis_title_margin": 15,
            "y_axis_title_margin": 15,
            "minorTicks": False,
        }


def _adhoc(column: str, sign: str, value: Any) -> dict[str, Any]:
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": sign,
        "comparator": value,
    }


def _painted(column: str, sign: str, value: Any, colour: str) -> dict[str, Any]:
    return {"column": column, "operator": sign, "targetValue": value, "colorScheme": colour}
