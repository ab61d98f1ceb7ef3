"""`report.html`: the whole picture for a leader in one file that opens anywhere, also offline.

Nothing comes from elsewhere: charts are SVG inside the file, and its own content security policy
forbids every request and every script but the ones it was made with (filters by channel, team and
topic). Where no script runs, as in a mail program's preview, all the rest is there. The template is
in `dashboards/report/`.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from publish import charts, report_data, report_slices, scripts
from publish.destinations import snapshot
from publish.marts import CannotPublish
from publish.pages import TEMPLATES, environment
from publish.report_data import ReportData
from warehouse.clock import iso

FILE = "report.html"
LARGEST_BYTES = 1_500_000
# Anything that would make a browser ask the network: loads, imports, CSS urls other than #, data:.
_LOADS = re.compile(
    r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|@import|url\(\s*["']?(?!\#|data:)""",
    re.IGNORECASE,
)
_SECTIONS: list[tuple[str, str, str, Callable[[pd.DataFrame], str]]] = [
    ("volume", "Conversations", "How many came in, by channel.", charts.volume),
    (
        "first_response",
        "First response",
        "Median minutes from a customer's first message to a person's first answer. "
        "Weeks with fewer than 5 answers are left out.",
        charts.first_response,
    ),
    ("backlog", "Backlog", "Conversations open now, by age.", charts.backlog),
    ("topics", "Topics", "What customers write about.", charts.topics),
    (
        "sentiment",
        "Sentiment",
        "Mean tone of the customers' messages, from -1 (bad) to 1 (good).",
        charts.sentiment,
    ),
]

_CHARTED = ("csat", "nps", "ces", "fcr")


@dataclass(frozen=True)
class Panel:
    """One chart (SVG text) with the words and numbers that say the same without seeing it."""

    name: str
    title: str
    note: str
    chart: str
    table: pd.DataFrame


def write(folder: Path, as_of: datetime) -> None:
    """Draw the report from the snapshot already built in `folder`."""
    data = report_data.read(folder / snapshot.FILE, iso(as_of))
    scorecard = _scorecard(data)
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            as_of=as_of,
            style=(TEMPLATES / "report.css").read_text(),
            scorecard=scorecard,
            panels=_panels(data, scorecard),
            bands=data["bands"].to_dict("records"),
            at_risk_value=data["at_risk_value"].to_dict("records"),
            risk_reasons=data["risk_reasons"].to_dict("records"),
            definitions=data["definitions"].to_dict("records"),
            weeks=report_data.WEEKS,
            **{name: data[name].to_dict("records") for name in ("trending", "agents", "gaps")},
            **_filters(folder),
        )
    )
    (folder / FILE).write_text(page, encoding="utf-8")


def _filters(folder: Path) -> dict[str, str]:
    """What the page's script needs; no script where there is nothing to filter."""
    slices = report_slices.read(folder / snapshot.FILE)
    if not slices.found:
        return {"script": ""}
    script = (TEMPLATES / "filters.js").read_text()
    specs = {"over_time": charts.over_time(), "side_by_side": charts.side_by_side()}
    return {
        "script": script,
        "script_policy": f"{scripts.policy(script)} {scripts.vega().policy}",
        "slices": scripts.as_data(slices.data),
        "specs": scripts.as_data(specs),
        "vega": scripts.vega().text,
    }


def check(folder: Path) -> None:
    """Refuse a report that would ask the network for anything or is too big to mail.

    Raises:
        CannotPublish: saying which.
    """
    page = (folder / FILE).read_text(encoding="utf-8")
    if found := _LOADS.search(page):
        raise CannotPublish(
            f"publish: {FILE} would load something from outside ({found.group(0)!r}); "
            "keep dashboards/report/ self-contained"
        )
    size = len(page.encode())
    if size > LARGEST_BYTES:
        raise CannotPublish(
            f"publish: {FILE} has {size:,} bytes, more than {LARGEST_BYTES:,}; draw fewer points"
        )


def _scorecard(data: ReportData) -> list[dict[str, Any]]:
    """Scorecard rows, each with its weekly `trend`; pandas' missing values become None."""
    rows = []
    for record in data["scorecard"].to_dict("records"):
        row: dict[str, Any] = {
            str(key): None if pd.isna(value) else value for key, value in record.items()
        }
        row["trend"] = _trend(data, row)
        # Neither measured nor aimed at: named below the table, not a line of dashes in it.
        row["is_silent"] = row["value"] is row["previous_value"] is row["target"] is None
        row["spark"] = charts.sparkline(list(row["trend"]["value"]))
        rows.append(row)
    return rows


def _trend(data: ReportData, row: dict[str, Any]) -> pd.DataFrame:
    """Weekly values of one KPI (`week`, `value`) in the scorecard's unit; empty where days of
    `kpi_daily` do not add up to the scorecard's number (a level, one channel of many)."""
    weekly = data["trends"][data["trends"]["kpi"] == row["kpi"]]
    sums = data["sums"][data["sums"]["kpi"] == row["kpi"]]
    top, bottom = row["numerator"], row["denominator"]
    adds_up = not sums.empty and top and _near(sums["numerator"].iloc[0], top)
    if adds_up and bottom and _near(sums["denominator"].iloc[0], bottom):
        for factor in (1.0, 100.0):
            if _near(row["value"], factor * top / bottom):
                weekly = weekly[weekly["denominator"] > 0]
                values = factor * weekly["numerator"] / weekly["denominator"]
                return pd.DataFrame({"week": weekly["week"], "value": values})
    if adds_up and _near(row["value"], top):
        return pd.DataFrame({"week": weekly["week"], "value": weekly["numerator"]})
    return pd.DataFrame({"week": [], "value": []})


def _near(left: float | None, right: float) -> bool:
    return left is not None and math.isclose(left, right, rel_tol=1e-6)


def _panels(data: ReportData, scorecard: list[dict[str, Any]]) -> list[Panel]:
    """The charts that have something to show, in reading order."""
    panels = [
        Panel(name, title, note, draw(data[name]), data[name])
        for name, title, note, draw in _SECTIONS
        if not data[name].empty
    ]
    for row in scorecard:
        if row["kpi"] in _CHARTED and len(row["trend"]) > 1:
            drawn = charts.rate(row["trend"], row["label"], row["unit"], row["target"])
            note = "Responses of each week. Dashed: the target."
            panels.append(Panel(row["kpi"], row["label"], note, drawn, row["trend"]))
    return panels
