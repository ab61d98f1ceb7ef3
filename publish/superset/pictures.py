"""What a chart's picture is drawn from: the settings that Superset's explorer would have saved."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publish.superset.charts import Chart

MOST_ROWS = 1000
COLOR_SCHEME = "supersetColors"
VIZ = {
    "number": "big_number_total",
    "table": "table",
    "line": "echarts_timeseries_line",
    "area": "echarts_area",
    "bars": "echarts_timeseries_bar",
    "stack": "echarts_timeseries_bar",
}


def params(chart: "Chart") -> dict[str, Any]:
    common: dict[str, Any] = {
        "viz_type": VIZ[chart.kind],
        "datasource": "0__table",
        "adhoc_filters": [_adhoc(*condition) for condition in chart.conditions()],
        "row_limit": chart.asked.get("most", MOST_ROWS),
        "extra_form_data": {},
    }
    match chart.kind:
        case "number":
            return common | {
                "metric": chart.metrics[0],
                "y_axis_format": chart.form(),
                "subtitle": chart.asked.get("about", ""),
                "header_font_size": 0.5,
                "subtitle_font_size": 0.15,
            }
        case "table":
            return common | _table(chart)
    return common | _series(chart)


def _table(chart: "Chart") -> dict[str, Any]:
    shown = {
        "table_timestamp_format": "%Y-%m-%d",
        "show_cell_bars": False,
        "color_pn": False,
        "column_config": _column_config(chart),
        "conditional_formatting": [_painted(*mark) for mark in chart.asked.get("mark", ())],
        "server_pagination": False,
        "allow_rearrange_columns": False,
    }
    if "columns" in chart.asked:
        order = [json.dumps([name, ascending]) for name, ascending in chart.order()]
        return shown | {
            "query_mode": "raw",
            "all_columns": chart.asked["columns"],
            "order_by_cols": order,
        }
    order_metric = next((name for name, _ in chart.order() if name in chart.metrics), None)
    return shown | {
        "query_mode": "aggregate",
        "groupby": chart.groups,
        "metrics": chart.metrics,
        "timeseries_limit_metric": order_metric,
        "order_desc": not (chart.order() and chart.order()[0][1]),
    }


def _column_config(chart: "Chart") -> dict[str, Any]:
    config: dict[str, Any] = {
        name: {"d3NumberFormat": found.form, "d3SmallNumberFormat": found.form}
        for name in chart.metrics
        if (found := chart.dataset.metric(name))
    }
    for name, wanted in chart.shown().items():
        own = config.setdefault(name, {})
        if "as" in wanted:
            own["customColumnName"] = wanted["as"]
        if "format" in wanted:
            own |= {"d3NumberFormat": wanted["format"], "d3SmallNumberFormat": wanted["format"]}
        if "width" in wanted:
            own["columnWidth"] = wanted["width"]
    return config


def _series(chart: "Chart") -> dict[str, Any]:
    is_time = chart.grain() is not None
    lying = bool(chart.asked.get("lying"))
    stacked = chart.kind in ("stack", "area")
    is_share = chart.form().endswith("%")
    return {
        "x_axis": chart.over,
        "time_grain_sqla": chart.grain(),
        "metrics": chart.metrics,
        "groupby": chart.groups,
        "orientation": "horizontal" if lying else "vertical",
        "stack": "Stack" if stacked else None,
        "show_legend": len(chart.groups) + len(chart.metrics) > 1,
        "legendOrientation": "top",
        "legendType": "scroll",
        "rich_tooltip": True,
        "showTooltipTotal": stacked,
        "y_axis_format": chart.form(),
        "x_axis_time_format": "%d %b" if chart.asked.get("every") != "month" else "%b %y",
        "tooltipTimeFormat": "%Y-%m-%d",
        "x_axis_sort_asc": True,
        "x_axis_sort": chart.asked.get("sort_axis", None if is_time else chart.metrics[0]),
        "x_axis_force_categorical": not is_time,
        "markerEnabled": chart.kind == "line",
        "markerSize": 4,
        # Shares end at 100 %; lines of shares need not begin at 0.
        "truncateYAxis": is_share,
        "y_axis_bounds": [None, 1 if is_share else None],
        "show_value": bool(chart.asked.get("values")),
        "color_scheme": COLOR_SCHEME,
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
