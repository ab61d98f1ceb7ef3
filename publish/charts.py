"""Charts of the report as static SVG: drawn once here, so that they are there without any script.

Text and grid are drawn in two marker colours that the report's style sheet recolours for light,
dark and print.
"""

import re
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from publish.colours import PALETTE
from publish.formats import SHARES

INK, GRID = "#717274", "#b7b8ba"
WIDTH, HEIGHT = 520, 220
_CONFIG = {
    "background": None,
    "view": {"stroke": None},
    "font": "sans-serif",
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": GRID,
        "tickColor": GRID,
        "gridColor": GRID,
        "gridOpacity": 0.5,
        "labelFontSize": 11,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK, "title": None, "orient": "bottom", "columns": 5},
    "range": {"category": list(PALETTE)},
}


def volume(frame: pd.DataFrame) -> str:
    """Conversations per week, stacked by channel."""
    chart = (
        alt.Chart(frame)
        .mark_bar(size=15)
        .encode(
            x=_week(),
            y=alt.Y("sum(conversations):Q", title="conversations per week"),
            color=alt.Color("channel:N"),
        )
    )
    return _svg(chart)


def first_response(frame: pd.DataFrame) -> str:
    """Median first response per week and channel, on a log scale: minutes and days in one view."""
    shown = frame.assign(minutes=frame["median_minutes"].clip(lower=0.1))
    chart = (
        alt.Chart(shown)
        .mark_line(point=alt.OverlayMarkDef(size=14))
        .encode(
            x=_week(),
            y=alt.Y("minutes:Q", title="median minutes (log)", scale=alt.Scale(type="log")),
            color=alt.Color("channel:N"),
        )
    )
    return _svg(chart)


def rate(frame: pd.DataFrame, title: str, unit: str, target: float | None) -> str:
    """One KPI per week (`week`, `value`) with its target as a dashed line."""
    axis = alt.Axis(format=".0%") if unit in SHARES else alt.Axis()
    line = (
        alt.Chart(frame)
        .mark_line(color=PALETTE[0], point=True)
        .encode(x=_week(), y=alt.Y("value:Q", title=title, axis=axis, scale=alt.Scale(zero=False)))
    )
    if target is None:
        return _svg(line)
    rule = alt.Chart(pd.DataFrame({"value": [target]})).mark_rule(color=INK, strokeDash=[5, 4])
    return _svg(line + rule.encode(y="value:Q"))


def backlog(frame: pd.DataFrame) -> str:
    """Open conversations by channel, stacked by age."""
    shown = frame.assign(age_label=frame["age"].str[3:])
    order = ["under a day", "1 to 7 days", "7 to 30 days", "over 30 days"]
    chart = (
        alt.Chart(shown)
        .mark_bar(size=18)
        .encode(
            x=alt.X("sum(conversations):Q", title="open conversations"),
            y=alt.Y("channel:N", title=None, sort="-x"),
            color=alt.Color(
                "age_label:N",
                sort=order,
                scale=alt.Scale(domain=order, range=["#66ccee", "#4477aa", "#ccbb44", "#ee6677"]),
            ),
            order=alt.Order("age:N"),
        )
    )
    return _svg(chart)


def topics(frame: pd.DataFrame) -> str:
    """Conversations per topic in the last 28 days; the tick is the 28 days before."""
    base = alt.Chart(frame).encode(
        y=alt.Y("topic:N", title=None, sort=list(frame["topic"]), axis=alt.Axis(labelLimit=200))
    )
    bars = base.mark_bar(color=PALETTE[0], size=12).encode(
        x=alt.X("conversations:Q", title="conversations, last 28 days (tick: the 28 before)")
    )
    ticks = base.mark_tick(color=INK, thickness=2, size=16).encode(x="previous:Q")
    return _svg(bars + ticks)


def sentiment(frame: pd.DataFrame) -> str:
    """Mean sentiment of the customers' messages per week, in [-1, 1]."""
    line = (
        alt.Chart(frame)
        .mark_line(color=PALETTE[0], point=True)
        .encode(
            x=_week(), y=alt.Y("mean_score:Q", title="mean sentiment", scale=alt.Scale(zero=True))
        )
    )
    return _svg(line)


def over_time() -> dict[str, Any]:
    """One KPI by week, of a part and of everything: the report's script fills in `points` (week,
    value, of) and the axis."""
    lines = (
        alt.Chart(alt.NamedData("points"))
        .mark_line(point=alt.OverlayMarkDef(size=24))
        .encode(
            x=_week(),
            y=alt.Y("value:Q", title="", scale=alt.Scale(zero=False)),
            color=alt.Color("of:N", sort=None),
            tooltip=[alt.Tooltip("week:T"), "of:N", alt.Tooltip("shown:N", title="value")],
        )
    )
    return _specified(lines)


def side_by_side() -> dict[str, Any]:
    """One KPI by channel, team or topic: the script fills in `points` (name, value, and for shares
    low and high, the ends of the interval)."""
    base = alt.Chart(alt.NamedData("points")).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=180))
    )
    tooltip = [alt.Tooltip("name:N"), alt.Tooltip("shown:N", title="value"), "based_on:N"]
    bars = base.mark_bar(color=PALETTE[0], size=12).encode(
        x=alt.X("value:Q", title=""), tooltip=tooltip
    )
    spans = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    return _specified(bars + spans)


def sparkline(values: list[float]) -> str:
    """A trend the height of a line of text. Fewer than three points are no trend: empty."""
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    points = " ".join(
        f"{2 + 96 * i / (len(values) - 1):.1f},{22 - 20 * (v - low) / span:.1f}"
        for i, v in enumerate(values)
    )
    return (
        '<svg class="spark" viewBox="0 0 100 24" aria-hidden="true">'
        f'<polyline points="{points}" fill="none"/></svg>'
    )


def _week() -> alt.X:
    return alt.X("week:T", title=None, axis=alt.Axis(format="%d %b", tickCount=8, grid=False))


def _specified(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    specification: dict[str, Any] = chart.properties(width=WIDTH, height=HEIGHT).to_dict()
    specification["config"] = _CONFIG
    del specification["$schema"]  # an address, which the report is not to hold
    return specification


def _svg(chart: alt.Chart | alt.LayerChart) -> str:
    drawn: str = vl_convert.vegalite_to_svg(_specified(chart))
    # The viewBox alone lets the page scale it; ids and namespaces of a file are not needed inline.
    drawn = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", drawn, count=1)
    return re.sub(r' (version|xmlns(:xlink)?)="[^"]*"', "", drawn)
